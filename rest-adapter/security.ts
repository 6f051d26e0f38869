import type { IncomingMessage } from 'node:http'
import type { IntegrationActor } from '../src/actor.js'
import type { App } from '../src/app.js'
import type { SignedRequest } from '../src/integration/signature.js'
import { bearerToken } from '../src/token/bearer.js'
import type { Call } from './call.js'

/** The integration behind a call; null when its credentials, all of them, do not let it in. */
export async function integrationBehind(
  app: App,
  call: Call,
  addressOf: (request: IncomingMessage) => string,
): Promise<IntegrationActor | null> {
  const { authorization = '' } = call.request.headers
  const token = bearerToken(authorization)
  const actor = token ? await app.principals(token) : null
  if (!actor && authorization) app.door.refusedToken(token, authorization)
  if (actor?.kind !== 'INTEGRATION') return null
  const { integrationId } = actor
  call.trace.integrationId = integrationId
  const isAdmitted = await app.door.admits(integrationId, signedRequest(call), addressOf(call.request))
  return isAdmitted ? actor : null
}

function signedRequest({ request, method, search, bytes }: Call): SignedRequest {
  const header = (name: string) => [request.headers[name]].flat()[0]
  return {
    method,
    query: search,
    body: bytes,
    timestamp: header('x-fin-request-timestamp'),
    signature: header('x-fin-signature'),
  }
}
