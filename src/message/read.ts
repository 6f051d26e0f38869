import { type Actor, seesNotes } from '../actor.js'
import { type AgentView, agentFields } from '../agent/access.js'
import type { Queryable } from '../database/database.js'
import { columns, nest, statement } from '../database/statement.js'
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

/** That part of each conversation, in the order it was read. The caller has made sure that the actor may see those. */
export async function readMessages(
  db: Queryable,
  actor: Actor,
  conversationIds: readonly string[],
  range: MessageRange,
): Promise<MessageView[]> {
  const values = [conversationIds, range.after, range.before ?? 2_147_483_647, range.limit, seesNotes(actor)]
  const rows = range.afterId
    ? await db.query<Record<string, unknown>>(since, [...values, range.afterId])
    : await db.query<Record<string, unknown>>(range.fromEnd ? last : first, values)
  return rows.map((row) => nest<MessageView>(row))
}

/** Those in conversations the actor may see, in no order. */
export async function findMessages(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
): Promise<MessageView[]> {
  const rows = await db.query<Record<string, unknown>>(byIds, [ids, actor.inboxIds, seesNotes(actor)])
  return rows.map((row) => nest<MessageView>(row))
}

const select = `select ${columns('m', Prisma.MessageScalarFieldEnum)}, ${columns('a', agentFields, 'authorAgent')},
  ${columns('e', Prisma.EndUserScalarFieldEnum, 'authorEndUser')},
  case when e.id is not null then ${emailOf('e')} end as "authorEndUser.email"`

const authors =
  'left join agent a on a.id = m.author_agent_id left join end_user e on e.id = m.author_end_user_id'

const range = (direction: 'asc' | 'desc', start = '$2') => `${select}
  from unnest($1::uuid[]) k(id)
 cross join lateral (
   select * from message m where m.conversation_id = k.id and m.seq > ${start} and m.seq < $3
      and ($5 or m.visibility = 'PUBLIC')
    order by m.seq ${direction} limit $4) m
  ${authors} order by m.conversation_id, m.seq ${direction}`

const first = statement('message.first', range('asc'))

const last = statement('message.last', range('desc'))

const since = statement(
  'message.since',
  range('asc', 'greatest($2, (select s.seq from message s where s.id = $6 and s.conversation_id = k.id))'),
)

const byIds = statement(
  'message.byIds',
  `${select} from message m join conversation c on c.id = m.conversation_id ${authors}
    where m.id = any($1::uuid[]) and c.inbox_id = any($2::uuid[]) and ($3 or m.visibility = 'PUBLIC')`,
)
