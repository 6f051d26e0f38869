import type { IntegrationActor } from '../src/actor.js'
import type { App } from '../src/app.js'
import { bearerToken } from '../src/token/bearer.js'

/** The integration behind a request's token; null when the token opens nothing here. */
export async function integrationBehind(
  app: App,
  authorization: string | undefined,
): Promise<IntegrationActor | null> {
  const token = bearerToken(authorization)
  const actor = token ? await app.principals(token) : null
  return actor?.kind === 'INTEGRATION' ? actor : null
}
