import type { AgentActor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Agent } from '../generated/prisma/client.js'
import { unknownId } from '../ids.js'

/** SQL of the inboxes that an agent `a` sees. */
export const inboxIdsSql = `case when a.role = 'ADMIN' then array(select i.id from inbox i)
                    else array(select m.inbox_id from inbox_member m where m.agent_id = a.id) end`

/** An agent with the rights of now, for what they have asked to be done later, without a token; null when they are gone. */
export async function agentActor(db: Queryable, agentId: string): Promise<AgentActor | null> {
  const [row] = await db.query<Pick<Agent, 'name' | 'role' | 'isBot'> & { inboxIds: string[] }>(find, [
    agentId,
  ])
  return row ? { kind: 'AGENT', agentId, scopes: ['READ', 'WRITE'], tokenId: unknownId, ...row } : null
}

const find = statement(
  'agent.actor',
  `select a.name, a.role, a.is_bot as "isBot", ${inboxIdsSql} as "inboxIds"
     from agent a where a.id = $1 and a.archived_at is null`,
)
