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

function differing(before: ListRow, after: ListRow): Partial<ListRow> {
  return Object.fromEntries(
    Object.entries(before).filter(([field, value]) => value !== after[field as keyof ListRow]),
  )
}
