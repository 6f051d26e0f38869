import { retryAfter, retryDelay } from './backoff.js'
import type { Claimed } from './claim.js'
import type { Answer } from './send.js'

/** What an answer means for its delivery. */
export type Verdict =
  | { kind: 'DELIVERED' }
  /** Given up: refused for what it says, or `unable`, after all tries. */
  | { kind: 'PARKED'; unable: boolean }
  /** Again after `until`; a wait that the receiver asked for does not count towards giving up. */
  | { kind: 'WAIT'; until: Date; counted: boolean }
  /** Cut off by this node, which stops: no fault of the receiver. */
  | { kind: 'CUT_OFF' }
  /** Nothing goes out to this receiver until a person has mended what `fault` says. */
  | { kind: 'FAULT'; fault: string }

/** On the answer to a delivery's last try. */
export function verdictOn(
  answer: Answer,
  { kind, attemptCount: attempt }: Pick<Claimed, 'kind' | 'attemptCount'>,
  now: Date,
): Verdict {
  if (answer.kind === 'REFUSED') return { kind: 'FAULT', fault: answer.note }
  if (answer.kind === 'UNREACHABLE') return later(attempt, now)
  const { statusCode } = answer
  if (statusCode >= 200 && statusCode < 300) return { kind: 'DELIVERED' }
  if (statusCode === 429 || statusCode === 503) {
    const wait = retryAfter(answer.retryAfter, now)
    return wait === null ? later(attempt, now) : { kind: 'WAIT', until: after(now, wait), counted: false }
  }
  if (statusCode >= 500 || statusCode === 408) return later(attempt, now)
  const fault = kind === 'FIN' ? finFault(statusCode) : webhookFault(statusCode)
  return fault ? { kind: 'FAULT', fault } : { kind: 'PARKED', unable: false }
}

function later(attempt: number, now: Date): Verdict {
  const wait = retryDelay(attempt)
  return wait === null
    ? { kind: 'PARKED', unable: true }
    : { kind: 'WAIT', until: after(now, wait), counted: true }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}

function finFault(statusCode: number): string | null {
  switch (statusCode) {
    case 401:
    case 403:
      return `Fin refused the webhook key (status ${statusCode}). Copy the webhook secret from Fin's deployment page into this integration and resume it.`
    case 404:
    case 410:
      return `Fin does not know this integration (status ${statusCode}). Compare the identifier and the region with Fin's deployment page and resume it.`
    default:
      return statusCode < 400
        ? `The receiver sent a webhook on to another address (status ${statusCode}), which is not followed. Correct the webhook address and resume the integration.`
        : null
  }
}

function webhookFault(statusCode: number): string | null {
  switch (statusCode) {
    case 401:
    case 403:
      return `The receiver refused it (status ${statusCode}). Let the receiver verify the signature with the secret of this webhook, and resume it.`
    case 404:
    case 410:
      return `The receiver has nothing at this address (status ${statusCode}). Correct the address with updateWebhook and resume it.`
    default:
      return statusCode < 400
        ? `The receiver sent it on to another address (status ${statusCode}), which is not followed. Correct the address with updateWebhook and resume it.`
        : null
  }
}
