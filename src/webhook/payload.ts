import type { ExecutionResult } from 'graphql'
import type { LoggedEvent } from '../events/event.js'

/** The body of a webhook: what its document shows of an event, as JSON. */
export function webhookBody(
  { type, occurredAt }: Pick<LoggedEvent, 'type' | 'occurredAt'> | { type: 'TEST'; occurredAt: Date },
  { data, errors }: ExecutionResult,
  schemaVersion: string,
): string {
  const head = { type, timestamp: occurredAt, schemaVersion }
  const body = JSON.stringify({ ...head, data, errors })
  return body.length <= longest
    ? body
    : JSON.stringify({ ...head, data: null, errors: [{ message: tooLong }] })
}

/** In characters. */
const longest = 1_000_000
const tooLong = `The answer has more than ${longest} characters. Ask for less, or for smaller pages.`
