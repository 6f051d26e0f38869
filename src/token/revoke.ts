import { type Actor, dutiesOf, requireSelf } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, NotFoundError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

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
