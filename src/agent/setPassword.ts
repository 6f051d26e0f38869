import { type Actor, requireAdmin, requireSelf } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import type { Agent } from '../generated/prisma/client.js'
import { Repeat, type RepeatableCall, transact } from '../idempotency/transact.js'
import { hashPassword, passwordFits } from '../token/password.js'
import { revokeSessionsOf } from '../token/revoke.js'
import type { SignInLimit } from '../token/signIn.js'

export interface NewPassword {
  /** Whose; the caller's when left out. Only an admin may name another. */
  agentId?: string | null
  /** At least 10 characters. */
  password: string
  /** For one's own. */
  currentPassword?: string | null
}

/** Gives an account another password and ends its sessions, but for the one that asks. Its API tokens stay. */
export async function setPassword(
  db: Database,
  limit: SignInLimit,
  actor: Actor | null,
  input: NewPassword,
  call?: RepeatableCall,
) {
  const by = requireSelf(actor)
  const agentId = input.agentId ?? by.agentId
  const tried = agentId === by.agentId ? await tryPassword(db, limit, agentId, input.currentPassword) : null
  if (!tried) requireAdmin(actor)
  const passwordHash = await hashPassword(input.password)
  const result = await transact(db, by, call, async (tx) => {
    const [agent] = await tx.query<Pick<Agent, 'passwordHash'>>(lock, [agentId])
    if (!agent) throw new NotFoundError('Agent')
    // Looked at here only: a repeat brings the password of before.
    if (tried && (tried.fitting === null || tried.fitting !== agent.passwordHash)) throw notCurrent()
    await tx.query(set, [agentId, passwordHash])
    await revokeSessionsOf(tx, agentId, by.tokenId)
    return { agent: { id: agentId } }
  })
  if (tried && result instanceof Repeat) await limit.forgive(tried.email)
  return result
}

interface Tried {
  email: string
  /** What is stored of the password; null: it was another one. */
  fitting: string | null
}

/** Counts as an attempt to sign in: who has taken a session over does not get to guess. */
async function tryPassword(
  db: Database,
  limit: SignInLimit,
  agentId: string,
  password: string | null | undefined,
): Promise<Tried> {
  if (!password) throw notCurrent()
  const [agent] = await db.query<Pick<Agent, 'email' | 'passwordHash'>>(find, [agentId])
  if (!agent) throw new NotFoundError('Agent')
  const { email, passwordHash } = agent
  if (passwordHash === null) {
    throw new ValidationError('currentPassword', 'Your account has no password. An admin can give it one.')
  }
  await limit.attempt(email)
  if (!(await passwordFits(passwordHash, password))) return { email, fitting: null }
  await limit.forgive(email)
  return { email, fitting: passwordHash }
}

const notCurrent = () => new ValidationError('currentPassword', 'Give the password that you have now.')

const find = statement(
  'agent.password',
  'select email, password_hash as "passwordHash" from agent where id = $1',
)

const lock = statement(
  'agent.lockPassword',
  'select password_hash as "passwordHash" from agent where id = $1 for no key update',
)

const set = statement('agent.setPassword', 'update agent set password_hash = $2 where id = $1')
