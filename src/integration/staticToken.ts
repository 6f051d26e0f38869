import { type Actor, requireAdmin, tokenScopes } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { mintToken, secretHash } from '../token/mint.js'
import { lockIntegration } from './lock.js'
import { overlapEnd } from './overlap.js'

const shortest = 32

/** Replaces the fixed token of an integration, or takes it away; the one before works for a while yet. */
export function setFinStaticToken(
  db: Database,
  actor: Actor | null,
  input: { integrationId: string; staticToken?: string | null; overlapHours?: number | null },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  const end = overlapEnd(db, input.overlapHours)
  if (input.staticToken) checkStaticToken(input.staticToken)
  return transact(db, admin, call, async (tx) => {
    const { id } = await lockIntegration(tx, admin, input.integrationId)
    await tx.query(endOthers, [id, end])
    if (input.staticToken) await mintStaticToken(tx, id, input.staticToken)
    return { integration: { id } }
  })
}

/** Throws ValidationError for a token that is too easy to guess, or none. */
export function checkStaticToken(token: string): void {
  if (token.length < shortest) {
    throw new ValidationError('staticToken', `A fixed token needs at least ${shortest} characters.`)
  }
  if (/\s/.test(token)) throw new ValidationError('staticToken', 'A token has no spaces.')
}

/** The step behind it, for a token that was checked. */
export async function mintStaticToken(tx: Transaction, integrationId: string, secret: string) {
  const [taken] = await tx.query(exists, [secretHash(secret)])
  if (taken) throw new ValidationError('staticToken', 'This token is in use. Take a new one.')
  await mintToken(tx, { kind: 'FIN', name: 'fixed', integrationId, scopes: [...tokenScopes] }, secret)
}

const endOthers = statement(
  'token.endFixed',
  `update token set expires_at = least(expires_at, $2::timestamptz)
    where integration_id = $1 and kind = 'FIN' and name = 'fixed'`,
)

const exists = statement('token.exists', 'select 1 from token where hash = $1')
