import { publicId } from '../../ids.js'
import type { Secrets } from '../../secrets.js'
import type { Claimed, FinReceiver, WebhookReceiver } from './claim.js'
import { signatureHeaders } from './sign.js'

/** What cannot be sent until a person has changed something; the message says what. */
export class CannotSend extends Error {}

/** A POST that goes to a receiver. */
export interface Outgoing {
  url: URL
  headers: Record<string, string>
  body: string
  /** What may not be repeated of it. */
  secrets: readonly string[]
}

export function requestOf(secrets: Secrets, delivery: Claimed, now: Date): Outgoing {
  if (delivery.kind === 'WEBHOOK') return webhookRequest(secrets, delivery, now)
  const { conversationId } = delivery
  if (conversationId === null) throw new Error(`A delivery to Fin is about no conversation: ${delivery.id}`)
  return finRequest(secrets, delivery, { conversation_id: publicId('Conversation', conversationId) })
}

export function finRequest(
  secrets: Secrets,
  receiver: Pick<FinReceiver, 'webhookBaseUrl' | 'identifier' | 'webhookKey'>,
  body: object,
): Outgoing {
  const key = opened(secrets, receiver.webhookKey)
  const path = `/hooks/standalone/custom_helpdesk_conversation_event/${receiver.identifier}`
  return {
    url: new URL(receiver.webhookBaseUrl + path),
    headers: { 'x-webhook-key': key },
    body: JSON.stringify(body),
    secrets: [key],
  }
}

/** Signed with both secrets while one takes the place of the other. */
function webhookRequest(
  secrets: Secrets,
  delivery: Pick<Claimed, 'id' | 'body'> & WebhookReceiver,
  at: Date,
): Outgoing {
  const { url, body, secret, previousSecret } = delivery
  if (body === null) throw new Error(`A webhook's delivery has no body: ${delivery.id}`)
  const id = publicId('Delivery', delivery.id)
  const keys = [secret, ...(previousSecret ? [previousSecret] : [])].map((sealed) => opened(secrets, sealed))
  return { url: new URL(url), headers: signatureHeaders({ id, at, body }, keys), body, secrets: keys }
}

/** For as long as deliveries that were claimed with those bytes are about. */
const known = new WeakMap<Uint8Array, string>()

function opened(secrets: Secrets, sealed: Uint8Array): string {
  try {
    const key = known.get(sealed) ?? secrets.open(sealed)
    known.set(sealed, key)
    return key
  } catch (cause) {
    throw new CannotSend((cause as Error).message, { cause })
  }
}
