import { type AgentView, agentFields } from '../agent/access.js'
import type { Queryable } from '../database/database.js'
import { columns, statementByIds } from '../database/statement.js'
import { type ConversationRead, Prisma } from '../generated/prisma/client.js'

/** How far an agent has read a conversation. */
export interface ConversationReadView extends ConversationRead {
  agent: AgentView
}

/** Who has read something of these conversations, which the caller may see, and how far; whoever has read most comes first. */
export function readsOf(db: Queryable, conversationIds: readonly string[]): Promise<ConversationReadView[]> {
  return db.query(reads(conversationIds), [conversationIds])
}

const reads = statementByIds(
  'conversation.reads',
  (
    ids,
  ) => `select ${columns('r', Prisma.ConversationReadScalarFieldEnum)}, ${columns('a', agentFields, 'agent')}
     from ${ids} k(id) join conversation_read r on r.conversation_id = k.id and r.seq > 0 join agent a on a.id = r.agent_id
    order by r.conversation_id, r.seq desc, r.read_at, r.agent_id`,
)
