import type { ListRow, RowChange } from '../events/event.js'
import type { Conversation } from '../generated/prisma/client.js'

/** What lists need to know of a change; `before` is null when the conversation was opened by it. */
export function rowChange(before: Conversation | null, after: Conversation): RowChange {
  const to = rowOf(after)
  return { from: before && differing(rowOf(before), to), to }
}

/** The row before a change; null when there was none. */
export function rowBefore({ from, to }: RowChange): ListRow | null {
  return from && { ...to, ...from }
}

function rowOf(conversation: Conversation): ListRow {
  const { status, assigneeId, endUserId, createdAt, lastActivityAt } = conversation
  return {
    status,
    assigneeId,
    endUserId,
    createdAt: createdAt.toISOString(),
    lastActivityAt: lastActivityAt.toISOString(),
  }
}

/** SQL of the same, of the conversation `alias`. */
export function listRowSql(alias: string): string {
  return `jsonb_build_object('status', ${alias}.status, 'assigneeId', ${alias}.assignee_id, 'endUserId', ${alias}.end_user_id,
    'createdAt', ${isoSql(`${alias}.created_at`)}, 'lastActivityAt', ${isoSql(`${alias}.last_activity_at`)})`
}

/** As `Date.toISOString` has it. */
export function isoSql(moment: string): string {
  return `to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}

function differing(before: ListRow, after: ListRow): Partial<ListRow> {
  return Object.fromEntries(
    Object.entries(before).filter(([field, value]) => value !== after[field as keyof ListRow]),
  )
}
