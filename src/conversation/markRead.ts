import { type Actor, requireSelf } from '../actor.js'
import type { Database, Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import type { Conversation } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import type { ConversationChanged } from './assign.js'

/**
 * Notes that the agent has read up to a message (the newest when left out). Never goes back, records no event and
 * touches no conversation row.
 */
export function markConversationRead(
  db: Database,
  actor: Actor | null,
  input: { conversationId: string; seq?: number | null },
  call?: RepeatableCall,
) {
  const agent = requireSelf(actor)
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const [row] = await tx.query<Pick<Conversation, 'id'>>(mark, [
      agent.agentId,
      input.conversationId,
      input.seq ?? null,
      tx.now,
      agent.inboxIds,
    ])
    if (!row) throw new NotFoundError('Conversation')
    return { conversation: row as Conversation }
  })
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

const mark = statement(
  'conversation.markRead',
  `insert into conversation_read (agent_id, conversation_id, seq, read_at)
   select $1, c.id, greatest(0, least(coalesce($3, c.message_count), c.message_count)), $4
     from conversation c where c.id = $2 and c.inbox_id = any($5::uuid[])
   on conflict (agent_id, conversation_id) do update
     set seq = greatest(conversation_read.seq, excluded.seq), read_at = excluded.read_at
   returning conversation_id as id`,
)
