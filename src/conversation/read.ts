import type { Actor } from '../actor.js'
import { type AgentView, agentFields } from '../agent/access.js'
import type { Queryable } from '../database/database.js'
import { type Shape, shapesOf } from '../database/shape.js'
import {
  countName,
  passingStatement,
  rowsOf,
  type Statement,
  statementOnce,
  tableColumns,
} from '../database/statement.js'
import { type EndUserView, emailOf } from '../endUser/access.js'
import { type Conversation, Prisma, type Tag } from '../generated/prisma/client.js'
import {
  type ConversationFilter,
  filterShape,
  filterSql,
  filterValues,
  furtherConditions,
  listedInboxes,
} from './filter.js'
import { type Asked, askedSql } from './filterTree.js'
import { type ConversationOrderField, orders } from './order.js'

export type TagView = Pick<Tag, 'id' | 'name'>

/** A conversation with what every list shows of it; a field that is missing was not loaded. */
export interface ConversationView extends Conversation {
  endUser?: EndUserView
  assignee?: AgentView | null
  tags?: TagView[]
}

/** A page of a list in keyset order: newest first when `descending`. */
export interface ConversationPage {
  field: ConversationOrderField
  descending: boolean
  /** The last row of the page before: the values of the order's keys, and its id. */
  after: readonly unknown[] | null
  limit: number
}

/** Those the actor may see, in no order; of each the columns that are `read`, by their path, or all. */
export async function findConversations(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
  read: ReadonlySet<string> | null = null,
): Promise<ConversationView[]> {
  return db.query(finding(ids, shape(read)), [ids, actor.inboxIds])
}

/** A page of the conversations the actor may see; of each the columns that are `read`, by their path, or all. */
export async function listConversations(
  db: Queryable,
  actor: Actor,
  filter: ConversationFilter,
  page: ConversationPage,
  read: ReadonlySet<string> | null = null,
): Promise<ConversationView[]> {
  const inboxIds = listedInboxes(actor, filter)
  if (inboxIds.length === 0) return []
  const { byStatus } = orders[page.field]
  const values = [inboxIds, page.limit, ...filterValues(filter, byStatus), ...(page.after ?? [])]
  const further = askedSql(furtherConditions(filter), actor, values)
  return db.query(listing(inboxIds, filter, page, shape(read), further), values)
}

/**
 * One statement per shape of filter and order. The page is taken per inbox (and status), each from its index in
 * order, then merged: no list reads more rows than its page, whatever the inboxes hold. With further conditions there
 * are shapes without end, and how to read them best depends on the values.
 */
function listing(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  page: ConversationPage,
  { name: of, list, asSent }: Shape,
  further: Asked,
): Statement {
  const text = () => listSql(inboxIds, filter, page, list, further)
  if (further.conditions.length > 0) return passingStatement('conversation.list', text(), asSent)
  const { name: order, byStatus } = orders[page.field]
  const parts = [
    countName(inboxIds),
    order,
    page.descending ? 'desc' : 'asc',
    ...filterShape(filter, byStatus),
    page.after && 'after',
  ]
  return statementOnce(`conversation.list.${parts.filter(Boolean).join('.')}${of}`, text, asSent)
}

function listSql(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  page: ConversationPage,
  list: string,
  further: Asked,
): string {
  let next = 2
  const parameter = () => `$${++next}`
  const { keys, byStatus } = orders[page.field]
  const direction = page.descending ? 'desc' : 'asc'
  const sorted = [...keys.map(({ sql }) => sql), 'c.id']
  const order = sorted.map((key) => `${key} ${direction}`).join(', ')
  const { statuses, conditions } = filterSql(filter, parameter, byStatus)
  if (page.after) {
    const beyond = page.descending ? '<' : '>'
    const last = [...keys.map(({ type }) => type), 'uuid'].map((type) => `${parameter()}::${type}`).join(', ')
    conditions.push(`(${sorted.join(', ')}) ${beyond} (${last})`)
  }
  conditions.push(...further.conditions)
  // All null there, but only this tells PostgreSQL that `assignee_id is null` leaves its index in order.
  const held =
    filter.unassigned && !filter.assigneeId && page.field === 'LAST_ACTIVITY'
      ? `c.assignee_id ${page.descending ? 'asc' : 'desc'}, `
      : ''
  return `${further.start}select ${list}
       from (select c.* from ${rowsOf('$1::uuid[]', inboxIds)} i(id) ${statuses}
              cross join lateral (
                select * from conversation c where ${conditions.join(' and ')}
                 order by ${held}${order} limit $2) c
              order by ${order} limit $2) c
     ${joins} order by ${order}`
}

const tags = `(select coalesce(json_agg(json_build_object('id', t.id, 'name', t.name) order by t.name), '[]')
     from conversation_tag ct join tag t on t.id = ct.tag_id where ct.conversation_id = c.id)`

/** The place in a list is told with each row of it. */
const shape = shapesOf(
  [
    ...tableColumns('c', Prisma.ConversationScalarFieldEnum),
    ...tableColumns('e', Prisma.EndUserScalarFieldEnum, 'endUser'),
    { path: 'endUser.email', sql: emailOf('e') },
    ...tableColumns('a', agentFields, 'assignee'),
    { path: 'tags', sql: tags },
  ],
  ['id', 'lastActivityAt', 'createdAt'],
)

/** What of it is not read is left out by PostgreSQL, which it could not with a join that might lose rows. */
const joins = 'left join end_user e on e.id = c.end_user_id left join agent a on a.id = c.assignee_id'

function finding(ids: readonly string[], { name, list, asSent }: Shape): Statement {
  const text =
    () => `select ${list} from ${rowsOf('$1::uuid[]', ids)} k(id) join conversation c on c.id = k.id ${joins}
    where c.inbox_id = any($2::uuid[])`
  return statementOnce(`conversation.byIds.${countName(ids)}${name}`, text, asSent)
}
