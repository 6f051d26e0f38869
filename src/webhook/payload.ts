import type { ExecutionResult } from 'graphql'
import type { LoggedEvent } from '../events/event.js'

/** The body of a webhook: what its document shows of an event, as JSON. */
export function webhookBody(
  { type, occurredAt }: Pick<LoggedEvent, 'type' | 'occurredAt'> | { type: 'TEST'; occurredAt: Date },
  { data, errors }: ExecutionResult,
  schemaVersion: string,
): string {
  return JSON.stringify({ type, timestamp: occurredAt, schemaVersion, data, errors })
}
