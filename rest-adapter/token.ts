import OAuth2Server from '@node-oauth/oauth2-server'
import express, { type ErrorRequestHandler, Router } from 'express'
import type { App } from '../src/app.js'
import { OverloadedError } from '../src/errors.js'
import { accessTokenLifetime, issueAccessToken } from '../src/oauth/accessToken.js'
import { authenticateClient, type OAuthClient } from '../src/oauth/client.js'
import type { Report } from './faults.js'
import { tokenParameters } from './tokenParameters.js'

/**
 * The OAuth token endpoint for client credentials (RFC 6749, section 4.4), to be mounted at /oauth/token. A scope and
 * unknown parameters are ignored.
 */
export function tokenEndpoint(app: App, { report = console.error }: { report?: Report } = {}): Router {
  const router = Router()
  router.use((_, response, next) => {
    response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
    next()
  })
  router
    .route('/')
    .post(express.raw({ type: () => true, limit: '16kb' }), async (request, response) => {
      const parameters = tokenParameters(request)
      const model = modelFor(app, request.ip ?? '')
      const server = new OAuth2Server({ model, accessTokenLifetime })
      const token = await server
        .token(formRequest(parameters), new OAuth2Server.Response())
        .catch((error) => {
          // Whom credentials do not let in has been explained where they were looked at.
          if (!model.hasRefused() && parameters.client_id)
            app.door.refusedClient(parameters.client_id, error.message)
          throw error
        })
      response.json({
        access_token: token.accessToken,
        token_type: 'Bearer',
        expires_in: accessTokenLifetime,
      })
    })
    .all((_, response) => {
      response.status(405).set('Allow', 'POST')
      response.json({ error: 'invalid_request', error_description: 'Only POST is known here.' })
    })
  router.use(refusals(report))
  return router
}

/** The library reads forms only, and does not decode Basic: it gets every request in the one form. */
function formRequest(body: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '1' }
  return new OAuth2Server.Request({ method: 'POST', query: {}, headers, body })
}

interface Model extends OAuth2Server.ClientCredentialsModel {
  /** Whether it was the credentials. */
  hasRefused(): boolean
}

function modelFor(app: App, address: string): Model {
  let isRefused = false
  return {
    hasRefused: () => isRefused,
    async getClient(clientId, secret) {
      const client = await authenticateClient(app.db, app.door, { clientId, secret, address })
      isRefused = client === null
      return client && { id: clientId, grants: ['client_credentials'], client }
    },
    getUserFromClient: async ({ client }) => client,
    async saveToken(_, client, user) {
      const { secret, expiresAt } = await issueAccessToken(app.db, user as OAuthClient)
      return { accessToken: secret, accessTokenExpiresAt: expiresAt, client, user }
    },
    // Tokens are looked up by `app.principals`; the library never asks.
    getAccessToken: async () => null,
  }
}

/** Every refusal as RFC 6749, section 5.2 has it. */
function refusals(report: Report): ErrorRequestHandler {
  return (error, _request, response, next) => {
    if (response.headersSent) return next(error)
    const cause = error.inner ?? error
    if (cause instanceof OverloadedError) {
      response.status(503).set('Retry-After', '5')
      response.json({ error: 'temporarily_unavailable', error_description: cause.message })
    } else if (error.status < 500) {
      const isClient = error.name === 'invalid_client'
      if (isClient) response.set('WWW-Authenticate', 'Basic realm="Graphdesk"')
      const name = error instanceof OAuth2Server.OAuthError ? error.name : 'invalid_request'
      response.status(isClient ? 401 : error.status)
      response.json({ error: name, error_description: error.message })
    } else {
      report(cause)
      response.status(500).json({ error: 'server_error', error_description: 'Something went wrong.' })
    }
  }
}
