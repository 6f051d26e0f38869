import { retryAfter, retryDelay } from './backoff.js'
import type { Answer } from './send.js'

/** What an answer means for its delivery. */
export type Verdict =
  | { kind: 'DELIVERED' }
  /** Given up. */
  | { kind: 'PARKED' }
  /** Again after `until`; a wait that the receiver asked for does not count towards giving up. */
  | { kind: 'WAIT'; until: Date; counted: boolean }
  /** Nothing goes out to this integration until a person has mended what `fault` says. */
  | { kind: 'FAULT'; fault: string }

/** `attempt`: how many tries this was, from 1. */
export function verdictOn(answer: Answer, attempt: number, now: Date): Verdict {
  if (answer.kind === 'REFUSED') return { kind: 'FAULT', fault: answer.note }
  if (answer.kind === 'UNREACHABLE') return later(attempt, now)
  const { statusCode } = answer
  if (statusCode >= 200 && statusCode < 300) return { kind: 'DELIVERED' }
  if (statusCode === 429 || statusCode === 503) {
    const wait = retryAfter(answer.retryAfter, now)
    return wait === null ? later(attempt, now) : { kind: 'WAIT', until: after(now, wait), counted: false }
  }
  if (statusCode >= 500 || statusCode === 408) return later(attempt, now)
  const fault = faultOf(statusCode)
  return fault ? { kind: 'FAULT', fault } : { kind: 'PARKED' }
}

function later(attempt: number, now: Date): Verdict {
  const wait = retryDelay(attempt)
  return wait === null ? { kind: 'PARKED' } : { kind: 'WAIT', until: after(now, wait), counted: true }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}

function faultOf(statusCode: number): string | null {
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
