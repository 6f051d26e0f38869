import * as oauth from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { finClient } from './finClient.js'

// A client that knows the standard and nothing of us.
let server: TestServer
let fin: TestFin

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
})
afterAll(() => server.stop())

function grant(authentication: oauth.ClientAuth) {
  const issuer = { issuer: server.url, token_endpoint: `${server.url}/oauth/token` }
  const config = new oauth.Configuration(issuer, fin.clientId, undefined, authentication)
  oauth.allowInsecureRequests(config)
  return oauth.clientCredentialsGrant(config, { scope: 'anything', resource: 'https://api.example.com' })
}

test.each([
  ['Basic', oauth.ClientSecretBasic],
  ['the body', oauth.ClientSecretPost],
])('gets a token with its secret in %s, and is let in with it', async (_, way) => {
  const token = await grant(way(fin.clientSecret))
  expect(token).toMatchObject({ token_type: 'bearer', expires_in: 3_600 })
  expect(token.scope).toBeUndefined()
  const agents = await finClient(server, token.access_token, 'posts').call('getAgents')
  expect(agents).toContainEqual(expect.objectContaining({ id: fin.agentId }))
})

test.each([
  ['Basic', oauth.ClientSecretBasic],
  ['the body', oauth.ClientSecretPost],
])('understands why a wrong secret in %s gets none', async (_, way) => {
  await expect(grant(way('wrong'))).rejects.toMatchObject({
    name: expect.stringMatching(/Error$/),
    status: 401,
  })
})
