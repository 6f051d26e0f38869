import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import type { AgentRole } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

interface Named {
  agentId: string
}

/** Gives an agent another role, which holds at once, for what they have open too. */
export function setAgentRole(
  db: Database,
  actor: Actor | null,
  { agentId, role }: Named & { role: AgentRole },
  call?: RepeatableCall,
) {
  return change(db, actor, agentId, call, async (tx) => {
    if (role !== 'ADMIN') await requireOtherAdmin(tx, 'role', agentId)
    await tx.query(setRole, [agentId, role])
  })
}

/** Makes an account's password and tokens worthless. What they wrote and hold stays theirs. */
export function archiveAgent(db: Database, actor: Actor | null, { agentId }: Named, call?: RepeatableCall) {
  return change(db, actor, agentId, call, async (tx) => {
    await requireOtherAdmin(tx, 'agentId', agentId)
    const [integration] = await tx.query(integrationOf, [agentId])
    if (integration) throw new ValidationError('agentId', 'This agent stands for Fin in an integration.')
    await tx.query(archive, [agentId, tx.now])
  })
}

/** Opens an archived account again, as it was. */
export function restoreAgent(db: Database, actor: Actor | null, { agentId }: Named, call?: RepeatableCall) {
  return change(db, actor, agentId, call, (tx) => tx.query(restore, [agentId]))
}

function change(
  db: Database,
  actor: Actor | null,
  agentId: string,
  call: RepeatableCall | undefined,
  work: (tx: Transaction) => Promise<unknown>,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const [agent] = await tx.query<{ id: string }>(find, [agentId])
    if (!agent) throw new NotFoundError('Agent')
    await work(tx)
    return { agent }
  })
}

/** Locks the admins, so that of two who stop being one at the same time the second is the last. */
async function requireOtherAdmin(tx: Transaction, field: string, agentId: string): Promise<void> {
  const admins = await tx.query<{ id: string }>(lockAdmins, [])
  if (admins.length === 1 && admins[0]?.id === agentId) {
    throw new ValidationError(field, 'This is the last admin. Make somebody else one first.')
  }
}

const find = statement('agent.find', 'select id from agent where id = $1')

const lockAdmins = statement(
  'agent.lockAdmins',
  `select id from agent where role = 'ADMIN' and archived_at is null order by id for no key update`,
)

const integrationOf = statement(
  'agent.integration',
  'select 1 from fin_integration where agent_id = $1 and archived_at is null',
)

const setRole = statement('agent.setRole', 'update agent set role = $2::"AgentRole" where id = $1')

const archive = statement(
  'agent.archive',
  'update agent set archived_at = coalesce(archived_at, $2) where id = $1',
)

const restore = statement('agent.restore', 'update agent set archived_at = null where id = $1')
