import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, RateLimitedError } from '../errors.js'
import { storable } from '../text.js'
import { mintToken } from './mint.js'
import { passwordFits } from './password.js'

/** 14 days, in ms. */
const sessionLength = 14 * 24 * 60 * 60 * 1_000

/** Counts attempts at a password in the database, so that all nodes share one count. */
export interface SignInLimit {
  /** Counts one attempt; throws RateLimitedError when there were too many. */
  attempt(email: string): Promise<void>
  forgive(email: string): Promise<void>
}

/** At most 10 failed attempts per e-mail in 15 minutes. */
export function signInLimit(db: Database, points = 10): SignInLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: db.pool,
    storeType: 'pool',
    tableName: 'rate_limit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: 'sign-in',
    points,
    duration: 15 * 60,
  })
  return {
    async attempt(email) {
      try {
        await limiter.consume(email.slice(0, 200))
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        throw new RateLimitedError(Math.ceil(refused.msBeforeNext / 1_000))
      }
    },
    async forgive(email) {
      await limiter.delete(email.slice(0, 200))
    },
  }
}

/** Opens a session for 14 days. One answer for a wrong password and an unknown e-mail. */
export async function signIn(db: Database, limit: SignInLimit, input: { email: string; password: string }) {
  const email = storable(input.email).trim().toLowerCase()
  await limit.attempt(email)
  const [agent] = await db.query<{ id: string; passwordHash: string | null }>(findAgent, [email])
  if (!(await passwordFits(agent?.passwordHash ?? null, input.password)) || !agent) throw wrong()
  await limit.forgive(email)
  const minted = await db.transaction(async (tx) => {
    const [still] = await tx.query(lockFitting, [agent.id, agent.passwordHash])
    if (!still) throw wrong()
    return mintToken(tx, {
      kind: 'SESSION',
      agentId: agent.id,
      scopes: ['READ', 'WRITE', 'ADMIN'],
      expiresAt: new Date(tx.now.getTime() + sessionLength),
    })
  })
  return { ...minted, agentId: agent.id }
}

const wrong = () => new ForbiddenError('The e-mail or the password is wrong.', 'UNAUTHENTICATED')

const findAgent = statement(
  'agent.toSignIn',
  'select id, password_hash as "passwordHash" from agent where email = $1 and archived_at is null',
)

// Locked, so that a change of the password or the end of the account takes the new session along.
const lockFitting = statement(
  'agent.lockFitting',
  'select 1 from agent where id = $1 and password_hash = $2 and archived_at is null for share',
)
