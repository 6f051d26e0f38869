import type { Request } from 'express'
import type { IntegrationActor } from '../src/actor.js'
import type { App } from '../src/app.js'
import type { SignedRequest } from '../src/integration/signature.js'
import { bearerToken } from '../src/token/bearer.js'
import { callOf } from './callLog.js'

/** The integration behind a request; null when its credentials, all of them, do not let it in. */
export async function integrationBehind(app: App, request: Request): Promise<IntegrationActor | null> {
  const { authorization = '' } = request.headers
  const token = bearerToken(authorization)
  const actor = token ? await app.principals(token) : null
  if (!actor && authorization) app.door.refusedToken(token, authorization)
  if (actor?.kind !== 'INTEGRATION') return null
  const { integrationId } = actor
  callOf(request).integrationId = integrationId
  return (await app.door.admits(integrationId, signedRequest(request), request.ip ?? '')) ? actor : null
}

function signedRequest({ method, originalUrl, body, headers }: Request): SignedRequest {
  const header = (name: string) => [headers[name]].flat()[0]
  return {
    method,
    // All of it: a second question mark belongs to the parameters.
    query: /\?(.*)$/s.exec(originalUrl)?.[1] ?? '',
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    timestamp: header('x-fin-request-timestamp'),
    signature: header('x-fin-signature'),
  }
}
