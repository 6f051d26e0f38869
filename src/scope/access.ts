import { type Actor, type AgentActor, requireAgent, requireSupervisor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, ValidationError } from '../errors.js'
import type { ViewScope } from '../generated/prisma/enums.js'

/** What agents keep for themselves, for a team, or for everybody: whose it is, and who may make and change it. */
export interface Scoped {
  scope: ViewScope
  /** For a team's. */
  teamId?: string | null
}

/** Refuses whoever may not make and change things of a scope; `own`: what is asked of them for their own. */
export function requireMaker(
  actor: Actor | null,
  { scope }: Pick<Scoped, 'scope'>,
  own: (actor: Actor | null) => AgentActor = requireAgent,
): AgentActor {
  return scope === 'PERSONAL' ? own(actor) : scope === 'TEAM' ? requireAgent(actor) : requireSupervisor(actor)
}

/** Throws ValidationError unless a team is named for the scope TEAM, and for no other. */
export function requireTeam({ scope, teamId }: Scoped): void {
  if ((scope === 'TEAM') !== (teamId != null)) {
    throw new ValidationError('teamId', 'Name a team for the scope TEAM, and for no other.')
  }
}

/** Throws ForbiddenError unless the agent is in the team that is named. */
export async function requireMember(
  db: Queryable,
  { agentId }: AgentActor,
  { teamId }: Scoped,
): Promise<void> {
  if (teamId && (await db.query(member, [agentId, teamId])).length === 0) {
    throw new ForbiddenError('Only a member of the team may do this for it.')
  }
}

/** SQL of whether the agent `$1` has what is kept in a row `alias`. */
export function inSight(alias: string): string {
  return `(${alias}.scope = 'SHARED' or (${alias}.scope = 'PERSONAL' and ${alias}.owner_id = $1)
    or (${alias}.scope = 'TEAM' and ${alias}.team_id in (select m.team_id from team_member m where m.agent_id = $1)))`
}

const member = statement('scope.member', 'select 1 from team_member where agent_id = $1 and team_id = $2')
