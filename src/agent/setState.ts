import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import type { AgentRole } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { revokeTokensOf } from '../token/revoke.js'

interface Named {
  agentId: string
}

interface LockedAgent {
  /** One whose account is open. */
  isAdmin: boolean
  isArchived: boolean
}

/** Gives an agent another role, which holds at once, for what they have open too. */
export function setAgentRole(
  db: Database,
  actor: Actor | null,
  { agentId, role }: Named & { role: AgentRole },
  call?: RepeatableCall,
) {
  return change(db, actor, agentId, call, async (tx, { isAdmin }) => {
    if (isAdmin && role !== 'ADMIN') await requireOtherAdmin(tx, 'role')
    await tx.query(setRole, [agentId, role])
  })
}

/** Closes an account, and makes its tokens worthless for good. What they wrote and hold stays theirs. */
export function archiveAgent(db: Database, actor: Actor | null, { agentId }: Named, call?: RepeatableCall) {
  return change(db, actor, agentId, call, async (tx, { isAdmin }) => {
    if (isAdmin) await requireOtherAdmin(tx, 'agentId')
    const [integration] = await tx.query(integrationOf, [agentId])
    if (integration) throw new ValidationError('agentId', 'This agent stands for Fin in an integration.')
    await tx.query(archive, [agentId, tx.now])
    await revokeTokensOf(tx, agentId)
  })
}

/** Opens an archived account again, as it was but for its tokens. */
export function restoreAgent(db: Database, actor: Actor | null, { agentId }: Named, call?: RepeatableCall) {
  return change(db, actor, agentId, call, async (tx, { isArchived }) => {
    // The previous release leaves the tokens of an account that it closes.
    if (isArchived) await revokeTokensOf(tx, agentId)
    await tx.query(restore, [agentId])
  })
}

function change(
  db: Database,
  actor: Actor | null,
  agentId: string,
  call: RepeatableCall | undefined,
  work: (tx: Transaction, agent: LockedAgent) => Promise<unknown>,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const [agent] = await tx.query<LockedAgent>(lock, [agentId])
    if (!agent) throw new NotFoundError('Agent')
    await work(tx, agent)
    return { agent: { id: agentId } }
  })
}

/** Locks the admins, so that of two who stop being one at the same time the second is the last. */
async function requireOtherAdmin(tx: Transaction, field: string): Promise<void> {
  if ((await tx.query(lockAdmins, [])).length === 1) {
    throw new ValidationError(field, 'This is the last admin. Make somebody else one first.')
  }
}

const lock = statement(
  'agent.lock',
  `select role = 'ADMIN' and archived_at is null as "isAdmin", archived_at is not null as "isArchived"
     from agent where id = $1 for no key update`,
)

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
