import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let now = new Date()
const clock: Clock = { now: () => now }

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

const signIn = `mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) {
  __typename
  ... on SignInPayload { token expiresAt agent { email } }
  ... on Error { code reason: message }
  ... on RateLimitedError { retryAfterSeconds } } }`

const as = (email: string, password: string) =>
  server.graphql(signIn, { email, password }, null).then(({ data }) => data.signIn)

test('the right password opens a session, which ends by time', async () => {
  const session = await as(' Admin@Example.com', 'correct horse')
  expect(session).toMatchObject({ __typename: 'SignInPayload', agent: { email: 'admin@example.com' } })
  expect(
    (await server.graphql('{ viewer { agent { email } } }', {}, session.token)).data.viewer.agent.email,
  ).toBe('admin@example.com')
  now = new Date(Date.parse(session.expiresAt) + 1)
  server.app.principals.forget()
  expect((await server.graphql('{ viewer { __typename } }', {}, session.token)).status).toBe(401)
})

test('signing out ends the session', async () => {
  const { token } = await as('admin@example.com', 'correct horse')
  await server.must(
    'mutation { signOut(input: {}) { __typename ... on Error { reason: message } } }',
    {},
    token,
  )
  server.app.principals.forget()
  expect((await server.graphql('{ viewer { __typename } }', {}, token)).status).toBe(401)
})

test('a wrong password and an unknown e-mail look the same, and attempts are limited', async () => {
  const unknown = await as('nobody@example.com', 'correct horse')
  expect(unknown).toMatchObject({ __typename: 'ForbiddenError', code: 'UNAUTHENTICATED' })
  expect(await as('admin@example.com', 'wrong password')).toEqual(unknown)
  for (let i = 0; i < 9; i++) await as('admin@example.com', `wrong password ${i}`)
  const limited = await as('admin@example.com', 'correct horse')
  expect(limited).toMatchObject({ __typename: 'RateLimitedError', code: 'RATE_LIMITED' })
  expect(limited.retryAfterSeconds).toBeGreaterThan(0)
})

test('neither passwords nor tokens stand in the database', async () => {
  const { rows } = await server.app.db.pool.query(
    `select json_agg(t)::text as tokens, (select json_agg(a)::text from agent a) as agents from token t`,
  )
  expect(rows[0].tokens).not.toContain(server.token)
  expect(rows[0].agents).not.toContain('correct horse')
})
