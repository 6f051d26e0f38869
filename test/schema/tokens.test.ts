import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { createApiToken } from '../../src/token/create.js'
import { secretHash } from '../../src/token/mint.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  await server.stop()
  expect(server.faults).toEqual([])
})

async function make(input: object, token?: string) {
  const { data } = await server.graphql(
    `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
      __typename
      ... on CreateApiTokenPayload { secret token { id scopes expiresAt } }
      ... on ValidationError { field }
      ... on Error { code reason: message } } }`,
    { input: { name: 'test', ...input } },
    token,
  )
  return data.createApiToken
}

const sql = (text: string, ...values: unknown[]) => server.app.db.pool.query(text, values)

test.each([[[]], [['WRITE']], [['ADMIN']], [['WRITE', 'ADMIN']]])(
  'no token is made that may not read: %j',
  async (scopes) => {
    expect(await make({ scopes })).toMatchObject({
      __typename: 'ValidationError',
      field: 'scopes',
      reason: expect.stringContaining('READ'),
    })
  },
)

test('a token without READ from before opens nothing, over HTTP and on sockets', async () => {
  const { secret } = await make({ scopes: ['READ', 'WRITE', 'ADMIN'] })
  expect((await server.graphql('{ viewer { duties } }', {}, secret)).status).toBe(200)
  for (const scopes of ['{}', '{WRITE}', '{ADMIN}', '{WRITE,ADMIN}']) {
    await sql('update token set scopes = $2 where hash = $1', secretHash(secret), scopes)
    server.app.principals.forget()
    for (const document of [
      '{ conversations { totalCount } }',
      'mutation { createInbox(input: { name: "x" }) { __typename } }',
    ]) {
      const { status, data, errors } = await server.graphql(document, {}, secret)
      expect([status, data, errors?.[0]?.extensions?.code], scopes).toEqual([
        401,
        undefined,
        'UNAUTHENTICATED',
      ])
    }
    const client = connect(server.url, secret)
    const stream = listen(client, 'subscription { events { type } }')
    await expect(stream.next(), scopes).rejects.toMatchObject({ code: 4403 })
    await client.dispose()
  }
})

test('a token that expires makes none that outlives it', async () => {
  const { id: agentId } = await server.agent('Ann', [])
  const expiresAt = inMinutes(10)
  const { secret } = await make({ expiresAt })
  for (const input of [{}, { expiresAt: null }, { expiresAt: inMinutes(11) }, { agentId }])
    expect(await make(input, secret)).toMatchObject({
      __typename: 'ValidationError',
      field: 'expiresAt',
      reason: expect.stringContaining(expiresAt),
    })
  for (const until of [expiresAt, inMinutes(9)])
    expect((await make({ expiresAt: until, agentId }, secret)).token.expiresAt).toBe(until)
})

test('a session, and a token for good, make tokens for good', async () => {
  const { signIn } = await server.must(
    `mutation { signIn(input: { email: "admin@example.com", password: "correct horse" }) {
      __typename ... on SignInPayload { token } } }`,
    {},
    null,
  )
  for (const token of [signIn.token, server.token]) {
    expect((await make({}, token)).token.expiresAt).toBeNull()
  }
})

test('no token is made for a closed account, nor by a revoked one that is still remembered', async () => {
  const { id, token } = await server.agent('Bea', [])
  const actor = await server.app.principals(token)
  await sql('update agent set archived_at = now() where id = $1', storedId('Agent', id))
  expect(await make({ agentId: id })).toMatchObject({ __typename: 'NotFoundError' })
  await expect(createApiToken(server.app.db, actor, { name: 'x' })).rejects.toThrow('Agent not found')

  await sql('update agent set archived_at = null where id = $1', storedId('Agent', id))
  await sql('update token set revoked_at = now() where hash = $1', secretHash(token))
  await expect(createApiToken(server.app.db, actor, { name: 'x' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  })
})

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
