import { type Actor, dutiesOf, requireSelf, type TokenScope } from '../actor.js'
import { findAgent } from '../agent/access.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, NotFoundError, ValidationError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { mintToken, type TokenView } from './mint.js'

export interface NewApiToken {
  name: string
  /** Whom it stands for; the caller when left out. Only an admin may name another. */
  agentId?: string | null
  /** `READ`, and at most the caller's own; all of them when left out. */
  scopes?: readonly TokenScope[] | null
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
    if (input.expiresAt && input.expiresAt <= tx.now) {
      throw new ValidationError('expiresAt', 'The token would have expired already.')
    }
    if (!(await findAgent(tx, agent, agentId))) throw new NotFoundError('Agent')
    return mintToken(tx, {
      kind: 'API',
      name: input.name.trim(),
      agentId,
      scopes,
      expiresAt: input.expiresAt,
    })
  })
}

/** Makes a token worthless, at the latest a second later on every node. One's own; for an admin, anyone's. */
export function revokeApiToken(
  db: Database,
  actor: Actor | null,
  input: { tokenId: string },
  call?: RepeatableCall,
) {
  const agent = requireSelf(actor)
  const anyone = dutiesOf(agent).includes('ADMINISTER')
  return transact(db, agent, call, async (tx) => {
    const [token] = await tx.query<{ id: string }>(revoke, [input.tokenId, tx.now, agent.agentId, anyone])
    if (!token) throw new NotFoundError('Token')
    return { token }
  })
}

/** Ends the session, or revokes the token, that asks. */
export async function signOut(db: Database, actor: Actor | null): Promise<void> {
  if (actor?.kind !== 'AGENT') throw new ForbiddenError('There is no session to end.', 'UNAUTHENTICATED')
  await db.query(revoke, [actor.tokenId, db.clock.now(), actor.agentId, false])
}

const revoke = statement(
  'token.revoke',
  `update token set revoked_at = coalesce(revoked_at, $2)
    where id = $1 and (agent_id = $3::uuid or ($4::boolean and agent_id is not null)) returning id`,
)
