import { type Actor, seesNotes } from '../actor.js'
import { type AgentView, agentFields } from '../agent/access.js'
import type { Queryable } from '../database/database.js'
import { type Shape, shapesOf } from '../database/shape.js'
import {
  type Column,
  countName,
  rowsOf,
  type Statement,
  statementByIds,
  statementOnce,
  tableColumns,
} from '../database/statement.js'
import { type EndUserView, emailOf } from '../endUser/access.js'
import { type Message, Prisma } from '../generated/prisma/client.js'

/** A message with its author; neither when the authors were not loaded. */
export interface MessageView extends Message {
  authorAgent?: AgentView | null
  authorEndUser?: EndUserView | null
}

/** Part of a conversation: messages between two seqs (both exclusive), from the start or from the end. */
export interface MessageRange {
  after: number
  /** Exclusive; null: up to the newest. */
  before: number | null
  limit: number
  fromEnd: boolean
  /** Only what came after this message, from the start; one that is not of the conversation leaves nothing out. */
  afterId?: string | null
}

/**
 * That part of each conversation, in the order it was read; of each message the columns that are `read`, by their path, or
 * all. The caller has made sure that the actor may see those.
 */
export async function readMessages(
  db: Queryable,
  actor: Actor,
  conversationIds: readonly string[],
  range: MessageRange,
  read: ReadonlySet<string> | null = null,
): Promise<MessageView[]> {
  const before = range.before ?? 2_147_483_647
  const values: unknown[] = [conversationIds, range.after, before, range.limit, seesNotes(actor)]
  const kind = range.afterId ? 'since' : range.fromEnd ? 'last' : 'first'
  if (range.afterId) values.push(range.afterId)
  return db.query(ranging(conversationIds, kind, shape(read)), values)
}

/** Those in conversations the actor may see, in no order. */
export async function findMessages(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
): Promise<MessageView[]> {
  return db.query(byIds(ids), [ids, actor.inboxIds, seesNotes(actor)])
}

/** Of a message `m` and its author, whom `authors` joins. */
export const messageColumns: readonly Column[] = [
  ...tableColumns('m', Prisma.MessageScalarFieldEnum),
  ...tableColumns('a', agentFields, 'authorAgent'),
  ...tableColumns('u', Prisma.EndUserScalarFieldEnum, 'authorEndUser'),
  { path: 'authorEndUser.email', sql: `case when u.id is not null then ${emailOf('u')} end` },
]

export const authors =
  'left join agent a on a.id = m.author_agent_id left join end_user u on u.id = m.author_end_user_id'

const shape = shapesOf(messageColumns, ['id', 'conversationId', 'seq'])

/** `ids`: SQL of the rows of conversations. */
const text = (ids: string, list: string, direction: 'asc' | 'desc', start = '$2') => `select ${list}
  from ${ids} k(id)
 cross join lateral (
   select * from message m where m.conversation_id = k.id and m.seq > ${start} and m.seq < $3
      and ($5 or m.visibility = 'PUBLIC')
    order by m.seq ${direction} limit $4) m
  ${authors} order by m.conversation_id, m.seq ${direction}`

const ranges = {
  first: (ids: string, list: string) => text(ids, list, 'asc'),
  last: (ids: string, list: string) => text(ids, list, 'desc'),
  since: (ids: string, list: string) =>
    text(
      ids,
      list,
      'asc',
      'greatest($2, (select s.seq from message s where s.id = $6 and s.conversation_id = k.id))',
    ),
}

function ranging(
  ids: readonly string[],
  kind: keyof typeof ranges,
  { name: of, list, asSent }: Shape,
): Statement {
  const text = () => ranges[kind](rowsOf('$1::uuid[]', ids), list)
  return statementOnce(`message.${kind}.${countName(ids)}${of}`, text, asSent)
}

const byIds = statementByIds(
  'message.byIds',
  (ids) => `select ${shape(null).list} from ${ids} k(id) join message m on m.id = k.id
     join conversation c on c.id = m.conversation_id ${authors}
    where c.inbox_id = any($2::uuid[]) and ($3 or m.visibility = 'PUBLIC')`,
)
