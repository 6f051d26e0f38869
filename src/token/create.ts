import { type Actor, type AgentActor, dutiesOf, requireSelf, type TokenScope } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, NotFoundError, ValidationError } from '../errors.js'
import type { Token } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { mintToken, type TokenView } from './mint.js'

export interface NewApiToken {
  name: string
  /** Whom it stands for; the caller when left out. Only an admin may name another. */
  agentId?: string | null
  /** `READ`, and at most the caller's own; all of them when left out. */
  scopes?: readonly TokenScope[] | null
  /** Not after the caller's own API token. */
  expiresAt?: Date | null
}

/** Makes an API token. Its secret is in this answer and never again. */
export function createApiToken(db: Database, actor: Actor | null, input: NewApiToken, call?: RepeatableCall) {
  const agent = requireSelf(actor)
  const agentId = input.agentId ?? agent.agentId
  const scopes = input.scopes ?? agent.scopes
  if (input.name.trim() === '') throw new ValidationError('name', 'A token needs a name to be recognised by.')
  if (!scopes.includes('READ')) {
    throw new ValidationError(
      'scopes',
      'Every token reads. Add READ, or leave `scopes` out for all of yours.',
    )
  }
  if (scopes.some((scope) => !agent.scopes.includes(scope))) {
    throw new ForbiddenError('A token cannot have a scope that yours has not.')
  }
  if (agentId !== agent.agentId && !dutiesOf(agent).includes('ADMINISTER')) {
    throw new ForbiddenError('Only an admin makes tokens for other agents.')
  }
  return transact(db, agent, call, async (tx): Promise<{ token: TokenView; secret: string }> => {
    const expiresAt = input.expiresAt ?? null
    if (expiresAt && expiresAt <= tx.now) {
      throw new ValidationError('expiresAt', 'The token would have expired already.')
    }
    const [account] = await tx.query(openAccount, [agentId])
    if (!account) throw new NotFoundError('Agent')
    await requireOutlasting(tx, agent, expiresAt)
    return mintToken(tx, { kind: 'API', name: input.name.trim(), agentId, scopes, expiresAt })
  })
}

/** Refuses what would go on when the caller's own token is over. */
async function requireOutlasting(tx: Transaction, { tokenId }: AgentActor, expiresAt: Date | null) {
  const [own] = await tx.query<Pick<Token, 'kind' | 'expiresAt'>>(asking, [tokenId])
  if (!own) throw new ForbiddenError('Your own token was revoked.', 'UNAUTHENTICATED')
  if (own.kind !== 'API' || !own.expiresAt) return
  if (expiresAt && expiresAt <= own.expiresAt) return
  const latest = own.expiresAt.toISOString()
  throw new ValidationError(
    'expiresAt',
    `A token lasts no longer than the one that makes it: until ${latest}.`,
  )
}

// Locked, so that an account that is closed meanwhile takes the new token along, and a token that is revoked makes none.
const openAccount = statement(
  'agent.lockOpen',
  'select 1 from agent where id = $1 and archived_at is null for share',
)

const asking = statement(
  'token.lockAsking',
  'select kind, expires_at as "expiresAt" from token where id = $1 and revoked_at is null for share',
)
