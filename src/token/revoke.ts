import { type Actor, dutiesOf, requireSelf } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, NotFoundError } from '../errors.js'
import type { TokenKind } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

/** Makes an API token worthless, at the latest a second later on every node. One's own; for an admin, anyone's. */
export function revokeApiToken(
  db: Database,
  actor: Actor | null,
  input: { tokenId: string },
  call?: RepeatableCall,
) {
  return revokeOne(db, actor, 'API', input.tokenId, call, (token) => ({ token }))
}

/** The same for a session. */
export function revokeSession(
  db: Database,
  actor: Actor | null,
  input: { sessionId: string },
  call?: RepeatableCall,
) {
  return revokeOne(db, actor, 'SESSION', input.sessionId, call, (session) => ({ session }))
}

function revokeOne<Result extends object>(
  db: Database,
  actor: Actor | null,
  kind: TokenKind,
  id: string,
  call: RepeatableCall | undefined,
  resultOf: (revoked: { id: string }) => Result,
) {
  const agent = requireSelf(actor)
  const anyone = dutiesOf(agent).includes('ADMINISTER')
  return transact(db, agent, call, async (tx) => {
    const [revoked] = await tx.query<{ id: string }>(revoke, [id, tx.now, agent.agentId, anyone, kind])
    if (!revoked) throw new NotFoundError(kind === 'SESSION' ? 'Session' : 'Token')
    return resultOf(revoked)
  })
}

/** Ends the session, or revokes the token, that asks. */
export async function signOut(db: Database, actor: Actor | null): Promise<void> {
  if (actor?.kind !== 'AGENT') throw new ForbiddenError('There is no session to end.', 'UNAUTHENTICATED')
  await db.query(revoke, [actor.tokenId, db.clock.now(), actor.agentId, false, null])
}

/** Makes all that an agent signs in with worthless, for good. */
export async function revokeTokensOf(tx: Transaction, agentId: string): Promise<void> {
  await tx.query(revokeAll, [agentId, tx.now, null, null])
}

/** Ends an agent's sessions, but for one. */
export async function revokeSessionsOf(tx: Transaction, agentId: string, butId: string): Promise<void> {
  await tx.query(revokeAll, [agentId, tx.now, 'SESSION', butId])
}

const revoke = statement(
  'token.revoke',
  `update token set revoked_at = coalesce(revoked_at, $2)
    where id = $1 and (agent_id = $3::uuid or ($4::boolean and agent_id is not null))
      and ($5::"TokenKind" is null or kind = $5) returning id`,
)

const revokeAll = statement(
  'token.revokeAll',
  `update token set revoked_at = $2
    where agent_id = $1 and revoked_at is null and ($3::"TokenKind" is null or kind = $3) and id is distinct from $4::uuid`,
)
