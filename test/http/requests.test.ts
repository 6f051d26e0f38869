import { request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchToken } from '../rest-adapter/finClient.js'
import { startTestServer, type TestServer } from '../support/server.js'

// How requests are read that neither a browser nor our own clients send.
let server: TestServer
let finToken: string

beforeAll(async () => {
  server = await startTestServer({ rateLimit: 300, trustProxy: 1 })
  finToken = await fetchToken(server, await server.createFin())
})
afterAll(() => server.stop())

const viewer = JSON.stringify({ query: '{ viewer { __typename } }' })
const largest = 1024 * 1024

function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const token = path === '/graphql' ? server.token : finToken
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
}

describe.each([
  ['/graphql', viewer],
  ['/api/fin/get_agents', '{}'],
])('a body for %s', (path, body) => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('may be packed as %s, if it is no larger once unpacked', async (packing, packed) => {
    const sent = (bytes: Buffer) => post(path, bytes, { 'content-encoding': packing })
    expect((await sent(packed(body))).status).toBe(200)
    expect((await sent(packed(body.padEnd(largest + 1)))).status).toBe(413)
    expect((await sent(Buffer.from('nonsense'))).status).toBe(400)
  })

  test('packed in an unknown way is refused', async () => {
    expect((await post(path, body, { 'content-encoding': 'lzw' })).status).toBe(415)
  })

  test('may be as long as that, and no longer', async () => {
    expect((await post(path, body.padEnd(largest))).status).toBe(200)
    expect((await post(path, body.padEnd(largest + 1))).status).toBe(413)
  })
})

test.each([
  ['utf-8', `\ufeff${viewer}`, 200],
  ['"UTF-8"', viewer, 200],
  ['utf-16le', Buffer.from(viewer, 'utf16le'), 200],
  ['utf-99', viewer, 415],
  ['latin1', viewer, 415],
])('GraphQL in the charset %s', async (charset, body, status) => {
  const answer = await post('/graphql', body, { 'content-type': `application/json; charset=${charset}` })
  expect(answer.status).toBe(status)
})

test.each(['/graphql', '/api/fin/get_agents', '/healthz'])(
  'a connection to %s is kept longer than load balancers keep theirs, lest it closes onto a request',
  async (path) => {
    const { headers } = await post(path, '{}')
    expect(headers.get('connection')).toBe('keep-alive')
    expect(headers.get('keep-alive')).toBe('timeout=620')
  },
)

test('a request may name the whole address', async () => {
  const path = `${server.url}/graphql?query={__typename}`
  const answer = await new Promise<string>((resolve) => {
    send(server.url, { path }, (response) => resolve(text(response))).end()
  })
  expect(JSON.parse(answer)).toEqual({ data: { __typename: 'Query' } })
})

describe('wrong tokens', () => {
  const most = 30
  const from = (client: string, token = 'nonsense', headers = {}, query = '{ viewer { __typename } }') =>
    post('/graphql', JSON.stringify({ query }), {
      authorization: `Bearer ${token}`,
      'x-forwarded-for': client,
      ...headers,
    })

  test('are limited per address behind the proxy, and the refusal says for how long', async () => {
    for (let guess = 0; guess < most; guess++) expect((await from('203.0.113.1')).status).toBe(401)
    const refused = await from('203.0.113.1')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect((await from('203.0.113.2')).status).toBe(401)
  })

  test('shut out no token that was let in there, until it is wrong as well', async () => {
    const { token: known } = await server.agent('Known', [])
    const { token: strange } = await server.agent('Strange', [])
    const fin = () => post('/api/fin/get_agents', '{}', { 'x-forwarded-for': '203.0.113.5' })
    for (const { status } of [await from('203.0.113.5', known), await fin()]) expect(status).toBe(200)
    for (let guess = 0; guess <= most; guess++) await from('203.0.113.5')
    expect((await from('203.0.113.5', strange)).status).toBe(429)
    for (let call = 0; call < 2; call++) expect((await from('203.0.113.5', known)).status).toBe(200)
    expect((await fin()).status).toBe(200)
    await server.must('mutation { signOut(input: {}) { __typename } }', {}, known)
    server.app.principals.forget()
    expect((await from('203.0.113.5', known)).status).toBe(401)
    expect((await from('203.0.113.5', known)).status).toBe(429)
  })

  test('are not what is let in', async () => {
    for (let call = 0; call < 2 * most; call++) {
      expect((await from('203.0.113.3', server.token)).status).toBe(200)
    }
  })

  test('are not streams that stay open', async () => {
    const streams: Response[] = []
    while (streams.length < 2 * most) {
      const accept = { accept: 'text/event-stream' }
      streams.push(await from('203.0.113.4', server.token, accept, 'subscription { events { cursor } }'))
      expect(streams.at(-1)?.status).toBe(200)
    }
    expect((await from('203.0.113.4', server.token)).status).toBe(200)
    for (const stream of streams) await stream.body?.cancel()
  })
})
