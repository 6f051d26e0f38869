import { RefusedAddress } from '../address.js'
import type { Secrets } from '../secrets.js'
import { storable } from '../text.js'
import type { Receivers } from './receivers.js'

/** Where an integration's webhooks go, and the key that opens the door, still sealed. */
export interface Receiver {
  webhookBaseUrl: string
  identifier: string
  webhookKey: Uint8Array
}

/** What came of one try; `note` is for people and never holds the key. */
export type Answer =
  | { kind: 'ANSWERED'; statusCode: number; retryAfter: string | null; note: string }
  /** Nothing was sent, and nothing will be until a person changes something. */
  | { kind: 'REFUSED'; note: string }
  | { kind: 'UNREACHABLE'; note: string }

const bytesRead = 2_048
const noteLength = 500

/** POSTs one webhook; never throws. `limit` is for all of it, in ms. */
export async function sendWebhook(
  receivers: Receivers,
  secrets: Secrets,
  receiver: Receiver,
  body: object,
  limit = 30_000,
): Promise<Answer> {
  let key = ''
  try {
    key = openKey(secrets, receiver)
    const url = new URL(
      `${receiver.webhookBaseUrl}/hooks/standalone/custom_helpdesk_conversation_event/${receiver.identifier}`,
    )
    const response = await receivers.poolFor(url).request({
      path: url.pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Graphdesk', 'x-webhook-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(limit),
    })
    const retryAfter = response.headers['retry-after']
    return {
      kind: 'ANSWERED',
      statusCode: response.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
      note: noteOf(await start(response.body), key),
    }
  } catch (error) {
    const kind = error instanceof RefusedAddress ? 'REFUSED' : 'UNREACHABLE'
    return { kind, note: noteOf(explain(error), key) }
  }
}

function openKey(secrets: Secrets, { webhookKey }: Receiver): string {
  try {
    return secrets.open(webhookKey)
  } catch (cause) {
    throw new RefusedAddress((cause as Error).message, { cause })
  }
}

/** The beginning of an answer; the status has been given by then, so a body that breaks off is no failure. */
async function start(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of body) {
      parts.push(part)
      length += part.length
      if (length >= bytesRead) break
    }
  } catch {}
  return Buffer.concat(parts).subarray(0, bytesRead).toString('utf8')
}

/** A connection that was tried at several addresses fails with one error for each. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ')
  const { code, message } = error as NodeJS.ErrnoException
  return code && !message.includes(code) ? `${code} ${message}` : message
}

function noteOf(text: string, key: string): string {
  const redacted = key ? text.replaceAll(key, '[key]') : text
  return storable(redacted.slice(0, noteLength))
}
