import type { TokenScope } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { mintToken, randomSecret } from '../token/mint.js'
import { insertAgent, prepareAgent } from './create.js'

export interface FirstAdmin {
  email: string
  /** Set when it had to be made up, to be shown once. */
  madePassword: string | null
  /** Set when it had to be made up, to be shown once. */
  madeToken: string | null
}

const everything: TokenScope[] = ['READ', 'WRITE', 'ADMIN']

/**
 * On a database without agents, makes the first admin and an API token for it; null when there are agents. Safe for
 * two nodes at once.
 */
export async function makeFirstAdmin(
  db: Database,
  given: { email: string; password?: string; token?: string },
): Promise<FirstAdmin | null> {
  const [someone] = await db.query(anyAgent, [])
  if (someone) return null
  const password = given.password ?? randomSecret('pw').slice(3, 23)
  const admin = await prepareAgent({ name: 'Admin', email: given.email, role: 'ADMIN', password })
  return db.transaction(async (tx) => {
    await tx.query(lock, [])
    const [other] = await tx.query(anyAgent, [])
    if (other) return null
    const agent = await insertAgent(tx, admin)
    const { secret } = await mintToken(
      tx,
      { kind: 'API', name: 'first token', agentId: agent.id, scopes: everything },
      given.token,
    )
    return {
      email: agent.email,
      madePassword: given.password ? null : password,
      madeToken: given.token ? null : secret,
    }
  })
}

/** A token for the link that opens GraphiQL, for 12 hours; null when the admin has gone. */
export async function linkToken(db: Database, email: string): Promise<string | null> {
  const [admin] = await db.query<{ id: string }>(adminByEmail, [email.toLowerCase()])
  if (!admin) return null
  const expiresAt = new Date(db.clock.now().getTime() + 12 * 60 * 60 * 1_000)
  const minted = await mintToken(db, {
    kind: 'SESSION',
    name: 'link',
    agentId: admin.id,
    scopes: everything,
    expiresAt,
  })
  return minted.secret
}

const anyAgent = statement('agent.any', 'select 1 from agent limit 1')

const lock = statement('agent.lockFirst', `select pg_advisory_xact_lock(hashtext('graphdesk.first_admin'))`)

const adminByEmail = statement(
  'agent.adminByEmail',
  `select id from agent where email = $1 and role = 'ADMIN' and archived_at is null`,
)
