import { type Actor, requireSupervisor } from '../actor.js'
import { findAgents } from '../agent/access.js'
import type { Database } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { Prisma, type Team } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'

/** Makes a team of agents, to which conversations can be assigned. A supervisor who makes one is in it, and so sees it. */
export function createTeam(
  db: Database,
  actor: Actor | null,
  input: { name: string; agentIds?: readonly string[] | null },
  call?: RepeatableCall,
) {
  const by = requireSupervisor(actor)
  const name = input.name.trim()
  if (name === '') throw new ValidationError('name', 'A team needs a name.')
  return transact(db, by, call, async (tx) => {
    const [team] = await tx.query<Team>(insert, [newId(), name, tx.now])
    if (!team) throw new Error('A team was not inserted.')
    const named = input.agentIds ?? []
    const agentIds = [...new Set(by.role === 'ADMIN' ? named : [by.agentId, ...named])]
    if ((await findAgents(tx, by, agentIds)).length !== agentIds.length) throw new NotFoundError('Agent')
    const joined = await tx.query(join, [team.id, agentIds])
    if (joined.length !== agentIds.length) throw new NotFoundError('Agent')
    return { team }
  })
}

const insert = statement(
  'team.insert',
  `insert into team as t (id, name, created_at) values ($1, $2, $3) returning ${columns('t', Prisma.TeamScalarFieldEnum)}`,
)

const join = statement(
  'team.join',
  `insert into team_member (team_id, agent_id)
   select $1, id from agent where id = any($2::uuid[]) and archived_at is null returning 1`,
)
