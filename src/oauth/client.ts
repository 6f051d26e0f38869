import { timingSafeEqual } from 'node:crypto'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Door } from '../integration/door.js'
import { secretHash } from '../token/mint.js'

/** A program that may fetch tokens for an integration. */
export interface OAuthClient {
  clientId: string
  integrationId: string
}

/** The client with these credentials; null when it is not let in, which the integration's log explains. */
export async function authenticateClient(
  db: Database,
  door: Door,
  { clientId, secret, address }: { clientId: string; secret: string; address: string },
): Promise<OAuthClient | null> {
  const [row] = await db.query<Row>(find, [clientId])
  if (!row) return null
  const { integrationId, hash, expiresAt } = row
  if (!timingSafeEqual(secretHash(secret), hash)) {
    door.refused(integrationId, 'The client secret is wrong')
    return null
  }
  if (expiresAt && expiresAt <= db.clock.now()) {
    door.refused(integrationId, 'The client secret was replaced and has ended: paste the new one')
    return null
  }
  return (await door.admitsFrom(integrationId, address)) ? { clientId, integrationId } : null
}

interface Row {
  integrationId: string
  hash: Buffer
  expiresAt: Date | null
}

const find = statement(
  'oauthClient.find',
  `select c.integration_id as "integrationId", c.secret_hash as hash, c.expires_at as "expiresAt"
     from oauth_client c join fin_integration f on f.id = c.integration_id and f.archived_at is null
    where c.client_id = $1`,
)
