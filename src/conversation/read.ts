import type { Actor } from '../actor.js'
import { type AgentView, agentFields } from '../agent/access.js'
import type { Queryable } from '../database/database.js'
import { type Shape, shapesOf } from '../database/shape.js'
import { countName, rowsOf, type Statement, statementOnce, tableColumns } from '../database/statement.js'
import { type EndUserView, emailOf } from '../endUser/access.js'
import { type Conversation, Prisma, type Tag } from '../generated/prisma/client.js'
import { type ConversationFilter, filterShape, filterSql, filterValues, listedInboxes } from './filter.js'

export type TagView = Pick<Tag, 'id' | 'name'>

/** A conversation with what every list shows of it; a field that is missing was not loaded. */
export interface ConversationView extends Conversation {
  endUser?: EndUserView
  assignee?: AgentView | null
  tags?: TagView[]
}

export type ConversationOrderField = 'LAST_ACTIVITY' | 'CREATED'

/** A page of a list in keyset order: newest first when `descending`. */
export interface ConversationPage {
  field: ConversationOrderField
  descending: boolean
  /** The last row of the page before: its value of the order's field, and its id. */
  after: { at: Date; id: string } | null
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
  const values = [inboxIds, page.limit, ...filterValues(filter)]
  if (page.after) values.push(page.after.at, page.after.id)
  return db.query(listing(inboxIds, filter, page, shape(read)), values)
}

const orderColumns = { LAST_ACTIVITY: 'last_activity_at', CREATED: 'created_at' } as const

/**
 * One statement per shape of filter and order. The page is taken per inbox (and status), each from its index in
 * order, then merged: no list reads more rows than its page, whatever the inboxes hold.
 */
function listing(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  page: ConversationPage,
  { name: of, list, asSent }: Shape,
): Statement {
  const parts = [
    countName(inboxIds),
    page.field === 'CREATED' ? 'created' : 'activity',
    page.descending ? 'desc' : 'asc',
    ...filterShape(filter),
    page.after && 'after',
  ]
  const name = `conversation.list.${parts.filter(Boolean).join('.')}${of}`
  return statementOnce(name, () => listSql(inboxIds, filter, page, list), asSent)
}

function listSql(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  page: ConversationPage,
  list: string,
): string {
  let next = 2
  const parameter = () => `$${++next}`
  const by = orderColumns[page.field]
  const direction = page.descending ? 'desc' : 'asc'
  const { statuses, conditions } = filterSql(filter, parameter)
  if (page.after) {
    const beyond = page.descending ? '<' : '>'
    conditions.push(`(c.${by}, c.id) ${beyond} (${parameter()}::timestamptz, ${parameter()}::uuid)`)
  }
  // All null there, but only this tells PostgreSQL that `assignee_id is null` leaves its index in order.
  const held =
    filter.unassigned && !filter.assigneeId && page.field === 'LAST_ACTIVITY'
      ? `c.assignee_id ${page.descending ? 'asc' : 'desc'}, `
      : ''
  return `select ${list}
       from (select c.* from ${rowsOf('$1::uuid[]', inboxIds)} i(id) ${statuses}
              cross join lateral (
                select * from conversation c where ${conditions.join(' and ')}
                 order by ${held}c.${by} ${direction}, c.id ${direction} limit $2) c
              order by c.${by} ${direction}, c.id ${direction} limit $2) c
     ${joins} order by c.${by} ${direction}, c.id ${direction}`
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
