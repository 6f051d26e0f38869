import { RefusedAddress } from '../../address.js'
import { storable } from '../../text.js'
import type { Receivers } from '../receivers.js'
import { exchange } from './exchange.js'
import { CannotSend, type Outgoing } from './request.js'

/** What came of one try; `note` is for people and never holds a secret. */
export type Answer =
  | { kind: 'ANSWERED'; statusCode: number; retryAfter: string | null; note: string }
  /** Nothing was sent, and nothing will be until a person changes something. */
  | { kind: 'REFUSED'; note: string }
  | { kind: 'UNREACHABLE'; note: string }

const noteLength = 500

/** POSTs what `outgoing` makes to a listener's receiver; never throws. `limit` is for all of it, in ms. */
export async function sendWebhook(
  receivers: Receivers,
  listenerId: string,
  outgoing: () => Outgoing,
  limit = 30_000,
): Promise<Answer> {
  let secrets: readonly string[] = []
  try {
    const { url, headers, body, ...made } = outgoing()
    secrets = made.secrets
    const pool = receivers.poolFor(listenerId, url)
    const request = {
      path: url.pathname + url.search,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Graphdesk', ...headers },
      body,
    } as const
    const { statusCode, retryAfter, start } = await exchange(pool, request, limit)
    return { kind: 'ANSWERED', statusCode, retryAfter, note: noteOf(start, secrets) }
  } catch (error) {
    const isRefused = error instanceof RefusedAddress || error instanceof CannotSend
    const kind = isRefused ? 'REFUSED' : 'UNREACHABLE'
    return { kind, note: noteOf(explain(error), secrets) }
  }
}

/** A connection that was tried at several addresses fails with one error for each. */
function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ')
  const { code, message } = error as NodeJS.ErrnoException
  return code && !message.includes(code) ? `${code} ${message}` : message
}

function noteOf(text: string, secrets: readonly string[]): string {
  let redacted = text
  for (const secret of secrets) redacted = redacted.replaceAll(secret, '[key]')
  return storable(redacted.slice(0, noteLength))
}
