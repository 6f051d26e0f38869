import { type Actor, requireSelf } from '../actor.js'
import type { Database, Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type Conversation, Prisma } from '../generated/prisma/client.js'
import { type Repeat, type RepeatableCall, transact } from '../idempotency/transact.js'
import type { ConversationChanged } from './assign.js'

/**
 * Notes that the agent has read up to a message (the newest when left out). Never goes back, records no event and
 * touches no conversation row: one statement, with the call's key as well.
 */
export async function markConversationRead(
  db: Database,
  actor: Actor | null,
  input: { conversationId: string; seq?: number | null },
  call?: RepeatableCall,
): Promise<ConversationChanged | Repeat> {
  const agent = requireSelf(actor)
  const [conversation] = await db.change<Conversation>(
    call ? keyedMark : mark,
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

const text = (isKeyed: boolean) => `
  with c as (select * from conversation c where c.id = $2 and c.inbox_id = any($5::uuid[])),${isKeyed ? key : ''}
       r as (
         insert into conversation_read (agent_id, conversation_id, seq, read_at)
         select $1, c.id, greatest(0, least(coalesce($3, c.message_count), c.message_count)), $4
           from c${isKeyed ? ', k' : ''}
         on conflict (agent_id, conversation_id) do update
           set seq = greatest(conversation_read.seq, excluded.seq), read_at = excluded.read_at
         returning 1)
  select ${columns('c', Prisma.ConversationScalarFieldEnum)} from c, r`

/** What a repeat gives, by the result's field names. */
const key = `
       k as (
         insert into idempotency_key (actor_id, mutation, key, input_hash, created_at, result)
         select $1, $6, $7, $8::bytea, $4, jsonb_build_object('conversation', c.id) from c
         on conflict do nothing returning 1),`

const mark = statement('conversation.atOnce.markRead', text(false))
const keyedMark = statement('conversation.atOnce.markRead.keyed', text(true))
