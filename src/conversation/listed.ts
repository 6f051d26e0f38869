import { ValidationError } from '../errors.js'
import type { ListRow, RowChange } from '../events/event.js'
import type { ConversationFilter } from './filter.js'
import type { ConversationOrderField } from './read.js'
import { rowBefore } from './row.js'

/** What became of a row in a list; CHANGED: it is shown at the same place. */
export type ListMove = 'ENTERED' | 'LEFT' | 'MOVED' | 'CHANGED'

/** What is kept on a conversation's row, and so can be decided from one change alone. */
const rowFields: Record<keyof ConversationFilter, true> = {
  inboxId: true,
  status: true,
  assigneeId: true,
  unassigned: true,
  endUserId: true,
}

/** Refuses a filter that no single change can decide. */
export function requireRowFilter(filter: object): void {
  const other = Object.entries(filter).find(([field, value]) => value != null && !(field in rowFields))
  if (!other) return
  throw new ValidationError(
    `filter.${other[0]}`,
    `A list by \`${other[0]}\` cannot be followed. Poll the query \`conversations\` with the same filter.`,
  )
}

/** Whether a list that shows the row's inbox shows the row. */
export function isListed(filter: ConversationFilter, row: ListRow): boolean {
  return (
    (!filter.status || filter.status.includes(row.status)) &&
    (!filter.assigneeId || filter.assigneeId === row.assigneeId) &&
    (!filter.unassigned || row.assigneeId === null) &&
    (!filter.endUserId || filter.endUserId === row.endUserId)
  )
}

/** What a change does to a list, decided from before and after; null: nothing. */
export function moveInList(
  filter: ConversationFilter,
  order: ConversationOrderField,
  change: RowChange,
): ListMove | null {
  const before = rowBefore(change)
  const was = before !== null && isListed(filter, before)
  const is = isListed(filter, change.to)
  if (!was) return is ? 'ENTERED' : null
  if (!is) return 'LEFT'
  return momentOf(order, before) === momentOf(order, change.to) ? 'CHANGED' : 'MOVED'
}

/** The row's value of what the list is ordered by. */
export function momentOf(order: ConversationOrderField, row: ListRow): string {
  return order === 'CREATED' ? row.createdAt : row.lastActivityAt
}
