import type { AgentActor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, statement, statementByIds } from '../database/statement.js'
import { type Draft, Prisma } from '../generated/prisma/client.js'

/** That a list of one's drafts shows. */
const most = 200

/** An agent's drafts in these conversations, which they may see; the reply's before the note's. */
export function draftsIn(
  db: Queryable,
  { agentId }: AgentActor,
  conversationIds: readonly string[],
): Promise<Draft[]> {
  return db.query(inConversations(conversationIds), [conversationIds, agentId])
}

/** An agent's newest drafts in what they see. */
export function draftsOf(db: Queryable, { agentId, inboxIds }: AgentActor): Promise<Draft[]> {
  return db.query(newest, [agentId, inboxIds])
}

/** A draft of the agent's own, in a conversation that they see; null else. */
export async function findDraft(
  db: Queryable,
  { agentId, inboxIds }: AgentActor,
  id: string,
): Promise<Draft | null> {
  const [draft] = await db.query<Draft>(byId, [agentId, inboxIds, id])
  return draft ?? null
}

const list = columns('d', Prisma.DraftScalarFieldEnum)

const inConversations = statementByIds(
  'draft.inConversations',
  (ids) => `select ${list} from ${ids} k(id) join draft d on d.conversation_id = k.id and d.agent_id = $2
    order by d.visibility`,
)

const mine = `select ${list} from draft d join conversation c on c.id = d.conversation_id
  where d.agent_id = $1 and c.inbox_id = any($2::uuid[])`

const newest = statement('draft.newest', `${mine} order by d.updated_at desc, d.id limit ${most}`)
const byId = statement('draft.byId', `${mine} and d.id = $3`)
