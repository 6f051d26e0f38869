import type { Actor } from '../actor.js'
import { countName, rowsOf } from '../database/statement.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'

export interface ConversationFilter {
  inboxId?: string | null
  /** Any of these; every status when left out. */
  status?: readonly ConversationStatus[] | null
  assigneeId?: string | null
  /** Nobody is assigned. */
  unassigned?: boolean | null
  endUserId?: string | null
}

const allStatuses: ConversationStatus[] = ['OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED']

/** The inboxes whose conversations a list shows the actor. */
export function listedInboxes(actor: Actor, { inboxId }: ConversationFilter): readonly string[] {
  return inboxId ? actor.inboxIds.filter((id) => id === inboxId) : actor.inboxIds
}

/** Whether a list is read from the indexes that begin with an inbox and a status. */
function isNarrowed({ status, assigneeId, unassigned }: ConversationFilter): boolean {
  return status != null || assigneeId != null || unassigned === true
}

function statusesOf({ status }: ConversationFilter): readonly ConversationStatus[] {
  return status ?? allStatuses
}

/** Which fields a filter has: lists of the same shape are the same statement. */
export function filterShape(filter: ConversationFilter): string[] {
  return [
    ...(isNarrowed(filter) ? ['status', countName(statusesOf(filter))] : []),
    ...(filter.assigneeId ? ['agent'] : filter.unassigned ? ['nobody'] : []),
    ...(filter.endUserId ? ['user'] : []),
  ]
}

/** The values of `filterSql`, in order. */
export function filterValues(filter: ConversationFilter): unknown[] {
  return [
    ...(isNarrowed(filter) ? [statusesOf(filter)] : []),
    ...(filter.assigneeId ? [filter.assigneeId] : []),
    ...(filter.endUserId ? [filter.endUserId] : []),
  ]
}

/** SQL of what a filter asks of the conversation `c` of each inbox `i`, and what is to be joined to those for it. */
export function filterSql(filter: ConversationFilter, parameter: () => string) {
  const narrowed = isNarrowed(filter)
  const statuses = narrowed
    ? `cross join ${rowsOf(`${parameter()}::"ConversationStatus"[]`, statusesOf(filter))} s(status)`
    : ''
  const conditions = [
    'c.inbox_id = i.id',
    ...(narrowed ? ['c.status = s.status'] : []),
    ...(filter.assigneeId
      ? [`c.assignee_id = ${parameter()}::uuid`]
      : filter.unassigned
        ? ['c.assignee_id is null']
        : []),
    ...(filter.endUserId ? [`c.end_user_id = ${parameter()}::uuid`] : []),
  ]
  return { statuses, conditions }
}
