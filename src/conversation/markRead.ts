import { type Actor, requireSelf } from '../actor.js'
import type { Database, Queryable } from '../database/database.js'
import { columns, type Statement, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type Conversation, Prisma } from '../generated/prisma/client.js'
import { type Repeat, type RepeatableCall, transact } from '../idempotency/transact.js'
import type { ConversationChanged } from './assign.js'

export interface ReadMark {
  conversationId: string
  /** Of a message; the newest when left out. */
  seq?: number | null
}

/** Notes that the agent has read up to a message. Never goes back. */
export function markConversationRead(
  db: Database,
  actor: Actor | null,
  input: ReadMark,
  call?: RepeatableCall,
) {
  return mark(db, actor, input, call, call ? keyedRead : read)
}

/** Notes that a message and all behind it are unread to the agent. Never goes forward. */
export function markConversationUnread(
  db: Database,
  actor: Actor | null,
  input: ReadMark,
  call?: RepeatableCall,
) {
  return mark(db, actor, input, call, call ? keyedUnread : unread)
}

/** Records no event and touches no conversation row: one statement, with the call's key as well. */
async function mark(
  db: Database,
  actor: Actor | null,
  input: ReadMark,
  call: RepeatableCall | undefined,
  marking: Statement,
): Promise<ConversationChanged | Repeat> {
  const agent = requireSelf(actor)
  const [conversation] = await db.change<Conversation>(
    marking,
    [
      agent.agentId,
      input.conversationId,
      input.seq ?? null,
      db.clock.now(),
      agent.inboxIds,
      ...(call ? [call.mutation, call.key, call.inputHash] : []),
    ],
    { quietly: true },
  )
  if (conversation) return { conversation }
  // The call has been there before, or there is no such conversation.
  return transact(db, agent, call, () => Promise.reject(new NotFoundError('Conversation')))
}

/** How far an agent has read each of these conversations, as the seq of a message; those never read are not among them. */
export async function readUpTo(
  db: Queryable,
  agentId: string,
  conversationIds: readonly string[],
): Promise<Map<string, number>> {
  const rows = await db.query<{ conversationId: string; seq: number }>(upTo, [agentId, conversationIds])
  return new Map(rows.map(({ conversationId, seq }) => [conversationId, seq]))
}

const upTo = statement(
  'conversation.readUpTo',
  `select conversation_id as "conversationId", seq from conversation_read
    where agent_id = $1 and conversation_id = any($2::uuid[])`,
)

const text = (marking: (from: string) => string, isKeyed: boolean) => `
  with c as (select * from conversation c where c.id = $2 and c.inbox_id = any($5::uuid[])),${isKeyed ? key : ''}
       r as (${marking(isKeyed ? 'c, k' : 'c')})
  select ${columns('c', Prisma.ConversationScalarFieldEnum)} from c${isKeyed ? ', k' : ''}`

const forwards = (from: string) => `
         insert into conversation_read (agent_id, conversation_id, seq, read_at)
         select $1, c.id, least(coalesce($3, c.message_count), c.message_count), $4
           from ${from} where coalesce($3, c.message_count) > 0
         on conflict (agent_id, conversation_id) do update
           set seq = greatest(conversation_read.seq, excluded.seq), read_at = excluded.read_at`

const backwards = (from: string) => `
         update conversation_read r set seq = greatest(0, coalesce($3, c.message_count) - 1), read_at = least(r.read_at, $4)
           from ${from} where r.agent_id = $1 and r.conversation_id = c.id and r.seq >= coalesce($3, c.message_count)`

/** What a repeat gives, by the result's field names. */
const key = `
       k as (
         insert into idempotency_key (actor_id, mutation, key, input_hash, created_at, result)
         select $1, $6, $7, $8::bytea, $4, jsonb_build_object('conversation', c.id) from c
         on conflict do nothing returning 1),`

const read = statement('conversation.atOnce.markRead', text(forwards, false))
const keyedRead = statement('conversation.atOnce.markRead.keyed', text(forwards, true))
const unread = statement('conversation.atOnce.markUnread', text(backwards, false))
const keyedUnread = statement('conversation.atOnce.markUnread.keyed', text(backwards, true))
