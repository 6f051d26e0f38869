import type { Actor } from '../actor.js'
import { countName, rowsOf } from '../database/statement.js'
import type { ConversationStatus, Priority } from '../generated/prisma/enums.js'

/** All that is given holds together. */
export interface ConversationFilter extends ConversationConditions {
  and?: readonly ConversationFilter[] | null
  /** At least one of these; none of none. */
  or?: readonly ConversationFilter[] | null
  not?: ConversationFilter | null
}

/** What a conversation can be asked, by the field that says it; `conditions.ts` says how. */
export interface ConversationConditions {
  inboxId?: string | null
  /** Any of these; every status when left out. */
  status?: readonly ConversationStatus[] | null
  assigneeId?: string | null
  /** Nobody is assigned; false asks nothing. */
  unassigned?: boolean | null
  endUserId?: string | null
  teamId?: string | null
  noTeam?: boolean | null
  heldByFin?: boolean | null
  handedOff?: boolean | null
  waiting?: boolean | null
  /** By who asks. */
  unread?: boolean | null
  /** Who asks, or a team of theirs. */
  mentioned?: boolean | null
  priority?: readonly Priority[] | null
  /** Any of these. */
  tagIds?: readonly string[] | null
  attribute?: AttributeCondition | null
  text?: string | null
  createdAt?: TimeSpan | null
  lastActivityAt?: TimeSpan | null
  waitingSince?: TimeSpan | null
  snoozedUntil?: TimeSpan | null
}

/** Either `value` or `exists` is given. */
export interface AttributeCondition {
  key: string
  value?: NonNullable<unknown> | null
  exists?: boolean | null
}

/** Only a moment that there is lies within. */
export interface TimeSpan {
  /** Inclusive. */
  after?: Date | null
  /** Exclusive. */
  before?: Date | null
}

const allStatuses: ConversationStatus[] = ['OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED']

/** The inboxes whose conversations a list shows the actor. */
export function listedInboxes(actor: Actor, { inboxId }: ConversationFilter): readonly string[] {
  return inboxId ? actor.inboxIds.filter((id) => id === inboxId) : actor.inboxIds
}

/** What of a filter is asked beside the fields that the functions below know. */
export function furtherConditions(filter: ConversationFilter): ConversationFilter {
  const { inboxId, status, assigneeId, unassigned, endUserId, ...further } = filter
  return further
}

/** Whether a list is read from the indexes that begin with an inbox and a status. */
function isNarrowed({ status, assigneeId, unassigned }: ConversationFilter, byStatus: boolean): boolean {
  return byStatus || status != null || assigneeId != null || unassigned === true
}

/** Each once: the conversations of each are read for themselves. */
function statusesOf({ status }: ConversationFilter): readonly ConversationStatus[] {
  return status ? [...new Set(status)] : allStatuses
}

/** Which fields a filter has: lists of the same shape are the same statement. `byStatus`: it is read status by status anyway. */
export function filterShape(filter: ConversationFilter, byStatus = false): string[] {
  return [
    ...(isNarrowed(filter, byStatus) ? ['status', countName(statusesOf(filter))] : []),
    ...(filter.assigneeId ? ['agent'] : filter.unassigned ? ['nobody'] : []),
    ...(filter.endUserId ? ['user'] : []),
  ]
}

/** The values of `filterSql`, in order. */
export function filterValues(filter: ConversationFilter, byStatus = false): unknown[] {
  return [
    ...(isNarrowed(filter, byStatus) ? [statusesOf(filter)] : []),
    ...(filter.assigneeId ? [filter.assigneeId] : []),
    ...(filter.endUserId ? [filter.endUserId] : []),
  ]
}

/** SQL of what a filter asks of the conversation `c` of each inbox `i`, and what is to be joined to those for it. */
export function filterSql(filter: ConversationFilter, parameter: () => string, byStatus = false) {
  const narrowed = isNarrowed(filter, byStatus)
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
