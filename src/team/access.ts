import { type Actor, isAdmin } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, statement, statementByIds } from '../database/statement.js'
import { Prisma, type Team } from '../generated/prisma/client.js'

/** A team the actor may see: one of theirs, one that answers in an inbox of theirs, for an admin every team. */
export async function findTeam(db: Queryable, actor: Actor, id: string): Promise<Team | null> {
  const [team] = await db.query<Team>(byId, [...sightOf(actor), id])
  return team ?? null
}

/** Those that the actor may see, by name. */
export function listTeams(db: Queryable, actor: Actor): Promise<Team[]> {
  return db.query(list, sightOf(actor))
}

function sightOf(actor: Actor): unknown[] {
  return [actor.inboxIds, 'agentId' in actor ? actor.agentId : null, isAdmin(actor)]
}

/** By ids that come from something the actor may already see. */
export function teamsByIds(db: Queryable, ids: readonly string[]): Promise<Team[]> {
  return db.query(known(ids), [ids])
}

const fields = columns('t', Prisma.TeamScalarFieldEnum)

const inSight = `($3::boolean or exists (
      select 1 from team_member m left join inbox_member i on i.agent_id = m.agent_id
       where m.team_id = t.id and (m.agent_id = $2::uuid or i.inbox_id = any($1::uuid[]))))`

const byId = statement('team.byId', `select ${fields} from team t where t.id = $4 and ${inSight}`)

const list = statement(
  'team.list',
  `select ${fields} from team t where t.archived_at is null and ${inSight} order by t.name, t.id limit 1000`,
)

const known = statementByIds(
  'team.known',
  (ids) => `select ${fields} from ${ids} k(id) join team t on t.id = k.id`,
)
