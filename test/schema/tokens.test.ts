import { afterAll, beforeAll, expect, test } from 'vitest'
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
