import { randomUUID } from 'node:crypto'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { secretHash } from '../../src/token/mint.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ corsOrigins: ['https://desk.example.com'], rateLimit: 500 })
})
afterAll(() => server.stop())

function post(body: string, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}`, ...headers },
    body,
  })
}

const query = (text: string, variables?: object) => JSON.stringify({ query: text, variables })

describe('a client’s mistake gets a clear answer, never a 500', () => {
  test.each([
    ['malformed JSON', '{"query": ', {}, 400],
    ['an empty body', '', {}, 400],
    ['an empty object', '{}', {}, 400],
    ['a list of operations', '[{"query":"{ viewer { __typename } }"}]', {}, 400],
    ['a query that is no text', '{"query": 5}', {}, 400],
    ['a body of over 1 MB', query(`{ viewer { __typename } } # ${'x'.repeat(1_100_000)}`), {}, 413],
    ['a form', 'query={viewer{__typename}}', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', query('{ viewer { __typename } }'), { 'content-type': 'text/plain' }, 415],
    ['a wrong token', query('{ viewer { __typename } }'), { authorization: 'Bearer nonsense' }, 401],
    ['another kind of credentials', query('{ viewer { __typename } }'), { authorization: 'Basic YTpi' }, 401],
  ])('%s', async (_, body, headers, status) => {
    const response = await post(body, headers as Record<string, string>)
    expect(response.status).toBe(status)
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    expect(errors[0]?.message).toMatch(/\w/)
    expect(JSON.stringify(errors)).not.toMatch(/at .*\.(js|ts):|node_modules/)
  })

  const deep = (depth: number) =>
    `{ conversation(id: "x") ${'{ messages { nodes { conversation '.repeat(depth)} { id } ${'} } }'.repeat(depth)} }`
  test.each([
    ['a syntax error', '{ viewer {', /Syntax/],
    ['an unknown field', '{ nothing }', /Cannot query field/],
    ['a too deep query', deep(6), /depth/i],
    [
      'over 500 aliases',
      `{ ${Array.from({ length: 501 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      /alias/i,
    ],
    ['over 10,000 tokens', `{ ${'__typename '.repeat(10_100)} }`, /token/i],
    [
      'a too costly query',
      `{ ${Array.from({ length: 80 }, (_, i) => `a${i}: conversations(first: 100) { nodes { tags { id name } assignee { id name email } endUser { id name email } messages { nodes { id author { ... on Agent { id name } } } } } }`).join(' ')} }`,
      /cost/i,
    ],
    ['a page of 0', '{ conversations(first: 0) { nodes { id } } }', /1 to 100/],
    ['a page of 1,000', '{ conversations(first: 1000) { nodes { id } } }', /1 to 100/],
    ['first and last', '{ conversations(first: 1, last: 1) { nodes { id } } }', /not both/],
    ['a cursor of nothing', '{ conversations(after: "nonsense") { nodes { id } } }', /cursor/i],
  ])('%s', async (_, text, message) => {
    const { status, errors } = await server.graphql(text)
    expect(status).toBeLessThan(500)
    expect(errors?.[0]?.message).toMatch(message)
    expect(server.faults).toEqual([])
  })
})

test('a GET may query but not change', async () => {
  const get = (text: string) =>
    fetch(`${server.url}/graphql?query=${encodeURIComponent(text)}`, {
      headers: { authorization: `Bearer ${server.token}` },
    })
  expect(await (await get('{ viewer { permissions } }')).json()).toMatchObject({
    data: { viewer: { permissions: ['READ', 'WRITE', 'ADMIN'] } },
  })
  expect((await get('mutation { createInbox(input: { name: "x" }) { __typename } }')).status).toBe(405)
})

test('an unexpected fault is masked, and logged once under the id that is shown', async () => {
  const { db } = server.app
  const query = db.query
  db.query = (statement, values) =>
    statement.name === 'agent.list'
      ? Promise.reject(new Error('secret detail of the database'))
      : query(statement, values)
  const { errors } = await server.graphql('{ agents { id } }').finally(() => {
    db.query = query
  })
  expect(errors?.[0]?.message).toMatch(/^Unexpected error\. Ask the operator about [\w-]+\.$/)
  expect(JSON.stringify(errors)).not.toContain('secret detail')
  expect(server.faults.splice(0).map((fault) => fault.message)).toEqual(['secret detail of the database'])
})

test('introspection is open, and as deep as GraphiQL asks', async () => {
  const { getIntrospectionQuery } = await import('graphql')
  const { data } = await server.graphql(getIntrospectionQuery(), {}, null)
  expect(data.__schema.queryType.name).toBe('Query')
})

test('CORS allows the configured pages only', async () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    })
  const own = await preflight('https://desk.example.com')
  expect(own.headers.get('access-control-allow-origin')).toBe('https://desk.example.com')
  expect(own.headers.get('access-control-allow-headers')).toMatch(/authorization/)
  const foreign = await preflight('https://evil.example.com')
  expect(foreign.headers.get('access-control-allow-origin')).not.toBe('https://evil.example.com')
})

test('rate limits are per token and shown in headers', async () => {
  const { token } = await server.agent('Busy', [])
  const { headers } = await server.graphql('{ viewer { __typename } }', {}, token)
  expect(headers.get('ratelimit-policy')).toContain('q=500')
  const burst = await Promise.all(
    Array.from({ length: 500 }, () => server.graphql('{ viewer { __typename } }', {}, token)),
  )
  const refused = burst.find((answer) => answer.status === 429)
  expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(refused?.errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED' })
  expect((await server.graphql('{ viewer { __typename } }')).status).toBe(200)
})

describe('a WebSocket', () => {
  const open = (origin?: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(
        `${server.url.replace('http', 'ws')}/graphql`,
        'graphql-transport-ws',
        origin ? { origin } : {},
      )
      socket.on('open', () => {
        socket.close()
        resolve('open')
      })
      socket.on('error', (error) => resolve(error.message))
    })

  test('opens for programs, own pages and configured pages, not for foreign ones', async () => {
    expect(await open()).toBe('open')
    expect(await open(server.url)).toBe('open')
    expect(await open('https://desk.example.com')).toBe('open')
    expect(await open('https://evil.example.com')).toMatch(/403/)
  })

  test('with a wrong token is closed with 4403', async () => {
    const client = connect(server.url, 'nonsense')
    await expect(listen(client, 'subscription { events { type } }').next()).rejects.toMatchObject({
      code: 4403,
    })
  })

  test('without a token hears an error, and the same limits hold', async () => {
    const client = connect(server.url, null)
    await expect(listen(client, 'subscription { events { type } }').next()).rejects.toThrow('UNAUTHENTICATED')
    const aliases = Array.from({ length: 501 }, (_, i) => `a${i}: __typename`).join(' ')
    await expect(listen(client, `{ ${aliases} }`).next()).rejects.toMatchObject([
      { message: expect.stringMatching(/alias/i) },
    ])
    await client.dispose()
  })
})

test('no upgrade request and no lost connection ends the process', async () => {
  const { port } = new URL(server.url)
  const answers = await Promise.all(
    ['//', '/other', '/graphql', '*', 'http://[', '/graphql?%'].map(
      (target) =>
        new Promise<string>((resolve) => {
          const socket = createConnection(Number(port), 'localhost')
          let answer = ''
          socket.on('data', (part) => {
            answer += part
            socket.resetAndDestroy()
          })
          socket.on('close', () => resolve(answer))
          socket.write(
            `GET ${target} HTTP/1.1\r\nHost: x\r\nOrigin: http://evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
          )
        }),
    ),
  )
  expect(answers.map((answer) => /^HTTP\/1.1 4\d\d/.test(answer))).toEqual(answers.map(() => true))

  const { db } = server.app
  const suicide = { name: 'test.terminate', text: 'select pg_terminate_backend(pg_backend_pid())' }
  await expect(db.transaction((tx) => tx.query(suicide, []))).rejects.toThrow('busy')
  const waiting = db.transaction(async (tx) => {
    const [{ pid }] = (await tx.query({ name: 'test.pid', text: 'select pg_backend_pid() as pid' }, [])) as [
      { pid: number },
    ]
    await db.query({ name: 'test.kill', text: 'select pg_terminate_backend($1)' }, [pid])
    await tx.query({ name: 'test.again', text: 'select 1' }, [])
  })
  await expect(waiting).rejects.toThrow('busy')
  expect((await server.graphql('{ viewer { __typename } }')).status).toBe(200)
  server.faults.splice(0)
})

test('an open WebSocket loses the rights that its token loses', async () => {
  const inboxId = await server.inbox()
  const conversationId = await server.conversation(inboxId)
  const { token } = await server.agent('Ann', [inboxId])
  const client = connect(server.url, token)
  const note = `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "x" }) { __typename } }`
  const add = () => listen(client, note, { id: conversationId }).next()
  const { pool } = server.app.db
  // One stream keeps the socket open between the operations.
  listen(client, 'subscription { events { type } }')
  expect(await add()).toEqual({ addNote: { __typename: 'AddNotePayload' } })
  await pool.query(`delete from inbox_member where agent_id = (select agent_id from token where hash = $1)`, [
    secretHash(token),
  ])
  server.app.principals.forget()
  expect(await add()).toEqual({ addNote: { __typename: 'NotFoundError' } })
  await pool.query(`update token set revoked_at = now() where hash = $1`, [secretHash(token)])
  server.app.principals.forget()
  await expect(add()).rejects.toMatchObject({ code: 4403 })
})

test('metrics are for this machine and admins, not for what a proxy passes on', async () => {
  const metrics = (headers: Record<string, string>) => fetch(`${server.url}/metrics`, { headers })
  const proxied = { 'x-forwarded-for': '203.0.113.9' }
  expect((await metrics(proxied)).status).toBe(401)
  expect((await metrics({ ...proxied, authorization: `Bearer ${server.token}` })).status).toBe(200)
})

test('GraphiQL comes from this server alone and opens with a query and a subscription', async () => {
  const response = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } })
  const page = await response.text()
  expect(response.headers.get('content-type')).toContain('text/html')
  expect(page).toContain('subscription Live')
  expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/)
})

test('health: alive, ready, metrics', async () => {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('event_log_position')
})

test('wrong tokens are limited per address, whichever they are', async () => {
  const guess = () => server.graphql('{ viewer { __typename } }', {}, randomUUID())
  const answers = await Promise.all(Array.from({ length: 60 }, guess))
  expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([401, 429]))
})
