import type { Database } from '../database/database.js'
import { mintToken } from '../token/mint.js'
import type { OAuthClient } from './client.js'

/** In seconds. */
export const accessTokenLifetime = 3_600

/** A token that opens the Fin API as the client's integration, for an hour. */
export async function issueAccessToken(db: Database, client: OAuthClient) {
  const expiresAt = new Date(db.clock.now().getTime() + accessTokenLifetime * 1_000)
  const { secret } = await mintToken(db, {
    kind: 'FIN',
    integrationId: client.integrationId,
    scopes: ['READ', 'WRITE'],
    expiresAt,
  })
  return { secret, expiresAt }
}
