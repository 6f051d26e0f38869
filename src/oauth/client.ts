import { timingSafeEqual } from 'node:crypto'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { secretHash } from '../token/mint.js'

/** A program that may fetch tokens for an integration. */
export interface OAuthClient {
  clientId: string
  integrationId: string
}

/** The client with these credentials; null when it is unknown, expired, or its integration is archived. */
export async function authenticateClient(
  db: Database,
  clientId: string,
  secret: string,
): Promise<OAuthClient | null> {
  const [row] = await db.query<OAuthClient & { hash: Buffer }>(find, [clientId, db.clock.now()])
  if (!row || !timingSafeEqual(secretHash(secret), row.hash)) return null
  return { clientId, integrationId: row.integrationId }
}

const find = statement(
  'oauthClient.find',
  `select c.integration_id as "integrationId", c.secret_hash as hash
     from oauth_client c join fin_integration f on f.id = c.integration_id and f.archived_at is null
    where c.client_id = $1 and (c.expires_at is null or c.expires_at > $2)`,
)
