import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { randomSecret, secretHash } from '../token/mint.js'
import { lockIntegration } from './lock.js'
import { overlapEnd } from './overlap.js'

/** What a person pastes into Fin's deployment page; the secret is in this answer and never again. */
export interface ClientCredentials {
  clientId: string
  clientSecret: string
}

/** Gives an integration new OAuth credentials; those before work for a while yet, the tokens they bought live out their hour. */
export function rotateFinClientSecret(
  db: Database,
  actor: Actor | null,
  input: { integrationId: string; overlapHours?: number | null },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  const end = overlapEnd(db, input.overlapHours)
  return transact(db, admin, call, async (tx) => {
    const { id } = await lockIntegration(tx, admin, input.integrationId)
    await tx.query(endOthers, [id, end])
    return { integration: { id }, ...(await mintClient(tx, id)) }
  })
}

/** The step behind it. */
export async function mintClient(tx: Transaction, integrationId: string): Promise<ClientCredentials> {
  const id = newId()
  const clientId = `fin_${id.replaceAll('-', '')}`
  const clientSecret = randomSecret('gdc')
  await tx.query(insert, [id, integrationId, clientId, secretHash(clientSecret), tx.now])
  return { clientId, clientSecret }
}

const endOthers = statement(
  'oauthClient.end',
  'update oauth_client set expires_at = least(expires_at, $2::timestamptz) where integration_id = $1',
)

const insert = statement(
  'oauthClient.insert',
  `insert into oauth_client (id, integration_id, client_id, secret_hash, created_at) values ($1, $2, $3, $4, $5)`,
)
