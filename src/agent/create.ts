import { z } from 'zod'
import { type Actor, requireAdmin } from '../actor.js'
import { type Database, sqlState, type Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import type { AgentRole } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { hashPassword } from '../token/password.js'
import { type AgentView, agentFields } from './access.js'

export interface NewAgent {
  name: string
  email: string
  alias?: string | null
  photoUrl?: string | null
  role?: AgentRole | null
  isBot?: boolean | null
  /** At least 10 characters; without one the agent signs in by API token only. */
  password?: string | null
}

const isEmail = z.email()

/** Makes an account for a person or a bot. */
export async function createAgent(db: Database, actor: Actor | null, input: NewAgent, call?: RepeatableCall) {
  const admin = requireAdmin(actor)
  const ready = await prepareAgent(input)
  return transact(db, admin, call, async (tx) => ({ agent: await insertAgent(tx, ready) }))
}

export interface PreparedAgent extends NewAgent {
  passwordHash: string | null
}

/** Checks an account's fields and hashes its password, which is slow and so has no place in a transaction. */
export async function prepareAgent(input: NewAgent): Promise<PreparedAgent> {
  const name = input.name.trim()
  const email = input.email.trim().toLowerCase()
  if (name === '') throw new ValidationError('name', 'An agent needs a name.')
  if (!isEmail.safeParse(email).success) throw new ValidationError('email', 'This is not an e-mail address.')
  return { ...input, name, email, passwordHash: input.password ? await hashPassword(input.password) : null }
}

/** The step that stores it; throws ValidationError when the e-mail is taken. */
export async function insertAgent(tx: Transaction, agent: PreparedAgent): Promise<AgentView> {
  try {
    const [row] = await tx.query<AgentView>(insert, [
      newId(),
      agent.name,
      agent.email,
      agent.alias ?? null,
      agent.photoUrl ?? null,
      agent.role ?? 'AGENT',
      agent.isBot ?? false,
      agent.passwordHash,
      tx.now,
    ])
    if (!row) throw new Error('An agent was not inserted.')
    return row
  } catch (error) {
    if (sqlState(error) === '23505')
      throw new ValidationError('email', 'Another agent has this e-mail address.')
    throw error
  }
}

const insert = statement(
  'agent.insert',
  `insert into agent as a (id, name, email, alias, photo_url, role, is_bot, password_hash, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns('a', agentFields)}`,
)
