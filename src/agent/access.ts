import type { Actor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, statement, statementByIds } from '../database/statement.js'
import { type Agent, Prisma } from '../generated/prisma/client.js'

/** An agent as others see them. */
export type AgentView = Omit<Agent, 'passwordHash'>

export const { passwordHash: _, ...agentFields } = Prisma.AgentScalarFieldEnum

/** An agent the actor may see: themself, one who shares an inbox, for an admin everyone; null else. */
export async function findAgent(db: Queryable, actor: Actor, id: string): Promise<AgentView | null> {
  const [agent] = await findAgents(db, actor, [id])
  return agent ?? null
}

/** Those the actor may see, in no order. */
export function findAgents(db: Queryable, actor: Actor, ids: readonly string[]): Promise<AgentView[]> {
  return db.query(byIds(ids), [
    ids,
    actor.inboxIds,
    'agentId' in actor ? actor.agentId : null,
    seesAll(actor),
  ])
}

/** Those who answer in one of the actor's inboxes, or whose account is closed and did, by name. */
export function listAgents(
  db: Queryable,
  actor: Actor,
  { areArchived }: { areArchived: boolean },
): Promise<AgentView[]> {
  return db.query(list, [actor.inboxIds, seesAll(actor), areArchived])
}

/** By ids that come from something the actor may already see, such as a message's author. */
export function agentsByIds(db: Queryable, ids: readonly string[]): Promise<AgentView[]> {
  return db.query(known(ids), [ids])
}

function seesAll(actor: Actor): boolean {
  return actor.kind === 'AGENT' && actor.role === 'ADMIN'
}

const fields = columns('a', agentFields)

const member = `exists (select 1 from inbox_member m where m.agent_id = a.id and m.inbox_id = any($INBOXES::uuid[]))
  or exists (select 1 from fin_integration f where f.agent_id = a.id and f.inbox_id = any($INBOXES::uuid[]))`

const byIds = statementByIds(
  'agent.byIds',
  (ids) => `select ${fields} from ${ids} k(id) join agent a on a.id = k.id
    where (a.id = $3::uuid or $4::boolean or ${member.replaceAll('$INBOXES', '$2')})`,
)

const list = statement(
  'agent.list',
  `select ${fields} from agent a
    where (a.archived_at is not null) = $3 and ($2::boolean or ${member.replaceAll('$INBOXES', '$1')}) order by a.name, a.id limit 1000`,
)

const known = statementByIds(
  'agent.known',
  (ids) => `select ${fields} from ${ids} k(id) join agent a on a.id = k.id`,
)
