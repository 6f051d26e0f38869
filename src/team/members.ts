import { type Actor, requireSupervisor } from '../actor.js'
import { findAgent } from '../agent/access.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { findTeam } from './access.js'

interface Membership {
  teamId: string
  agentId: string
}

/** Puts an agent in sight into a team in sight. */
export function addTeamMember(db: Database, actor: Actor | null, input: Membership, call?: RepeatableCall) {
  const by = requireSupervisor(actor)
  return transact(db, by, call, async (tx) => {
    const team = await findTeam(tx, by, input.teamId)
    if (!team || team.archivedAt) throw new NotFoundError('Team')
    const agent = await findAgent(tx, by, input.agentId)
    if (!agent || agent.archivedAt) throw new NotFoundError('Agent')
    await tx.query(join, [team.id, agent.id])
    return { team, agent }
  })
}

/** Takes an agent out of a team, with its views and canned replies. What the team holds stays with it. */
export function removeTeamMember(
  db: Database,
  actor: Actor | null,
  input: Membership,
  call?: RepeatableCall,
) {
  const by = requireSupervisor(actor)
  return transact(db, by, call, async (tx) => {
    const team = await findTeam(tx, by, input.teamId)
    if (!team) throw new NotFoundError('Team')
    if (!(await findAgent(tx, by, input.agentId))) throw new NotFoundError('Agent')
    await tx.query(leave, [team.id, input.agentId])
    return { team: { id: team.id } }
  })
}

const join = statement(
  'team.joinOne',
  'insert into team_member (team_id, agent_id) values ($1, $2) on conflict do nothing',
)
const leave = statement('team.leave', 'delete from team_member where team_id = $1 and agent_id = $2')
