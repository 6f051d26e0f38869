import { ValidationError } from '../errors.js'
import type { ListRow, RowChange } from '../events/event.js'
import { conditions } from './conditions.js'
import type { ConversationFilter } from './filter.js'
import { innerFilters, isFulfilled, ownConditions } from './filterTree.js'
import type { ConversationOrderField } from './order.js'
import { rowBefore } from './row.js'

/** What became of a row in a list; CHANGED: it is shown at the same place. */
export type ListMove = 'ENTERED' | 'LEFT' | 'MOVED' | 'CHANGED'

/** The orders by what an event tells of a row. */
export type RowOrder = Extract<ConversationOrderField, 'LAST_ACTIVITY' | 'CREATED'>

/** Refuses a filter that no single change can decide. */
export function requireRowFilter(filter: ConversationFilter, path = 'filter'): void {
  for (const [field] of ownConditions(filter)) {
    // Within a filter an end-user leaves out few, and how many that are must be known.
    const isTold = conditions[field].ofRow && (path === 'filter' || conditions[field].isKept)
    if (!isTold) {
      throw new ValidationError(
        `${path}.${field}`,
        `A list by \`${field}\`${path === 'filter' ? '' : ' there'} cannot be followed. Poll the query \`conversations\` with the same filter.`,
      )
    }
  }
  for (const [at, inner] of innerFilters(filter)) requireRowFilter(inner, `${path}.${at}`)
}

/** Gives an order back, and refuses one that no single change can decide. */
export function requireRowOrder(field: ConversationOrderField): RowOrder {
  if (field === 'LAST_ACTIVITY' || field === 'CREATED') return field
  throw new ValidationError(
    'orderBy.field',
    `A list in the order of \`${field}\` cannot be followed. Poll the query \`conversations\` in it.`,
  )
}

/** What a change does to a list, decided from before and after; null: nothing. */
export function moveInList(
  filter: ConversationFilter,
  order: RowOrder,
  inboxId: string,
  change: RowChange,
): ListMove | null {
  const isListed = (row: ListRow) => isFulfilled(filter, { ...row, inboxId })
  const before = rowBefore(change)
  const was = before !== null && isListed(before)
  const is = isListed(change.to)
  if (!was) return is ? 'ENTERED' : null
  if (!is) return 'LEFT'
  return momentOf(order, before) === momentOf(order, change.to) ? 'CHANGED' : 'MOVED'
}

/** The row's value of what the list is ordered by. */
export function momentOf(order: RowOrder, row: ListRow): string {
  return order === 'CREATED' ? row.createdAt : row.lastActivityAt
}
