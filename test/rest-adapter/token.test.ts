import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { finClient } from './finClient.js'

let server: TestServer
let fin: TestFin

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
})
afterAll(() => server.stop())

const grant_type = 'client_credentials'
const json = { 'content-type': 'application/json' }

const ask = (body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/oauth/token`, { method: 'POST', body, headers })

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

const inBody = (change: object = {}) => ({
  grant_type,
  client_id: fin.clientId,
  client_secret: fin.clientSecret,
  ...change,
})

async function expectToken(response: Response) {
  const body = (await response.json()) as { access_token: string }
  expect(response.status, JSON.stringify(body)).toBe(200)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(body).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 3600 })
  await finClient(server, body.access_token, 'posts').call('getAgents')
  return body.access_token
}

async function expectRefusal(response: Response, status: number, error: string) {
  const body = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(status)
  expect(body).toEqual({ error, error_description: expect.any(String) })
  expect(response.headers.get('cache-control')).toBe('no-store')
  if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
}

describe('a token for credentials', () => {
  test('in a form', async () => {
    await expectToken(await ask(new URLSearchParams(inBody())))
  })

  test('in JSON', async () => {
    await expectToken(await ask(JSON.stringify(inBody()), json))
  })

  test('as Basic', async () => {
    const header = basic(fin.clientId, fin.clientSecret)
    await expectToken(await ask(new URLSearchParams({ grant_type }), header))
    await expectToken(await ask(JSON.stringify({ grant_type }), { ...header, ...json }))
    await expectToken(await ask(new URLSearchParams(inBody()), header))
  })

  test('as Basic, percent-encoded', async () => {
    const encode = (text: string) => text.replaceAll(/[_-]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    const header = basic(encode(fin.clientId), encode(fin.clientSecret))
    expect(header).not.toEqual(basic(fin.clientId, fin.clientSecret))
    await expectToken(await ask(new URLSearchParams({ grant_type }), header))
  })

  test('whatever else is said', async () => {
    const form = new URLSearchParams(inBody({ scope: 'read write', audience: 'x', resource: '' }))
    await expectToken(await ask(form))
  })

  test('is kept as a hash only', async () => {
    const token = await expectToken(await ask(new URLSearchParams(inBody())))
    const { rows } = await server.app.db.pool.query(`select t::text as row from token t where kind = 'FIN'`)
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toContain(token)
  })
})

describe('a refusal', () => {
  test('of a bad client', async () => {
    const wrong = { client_secret: 'wrong' }
    await expectRefusal(await ask(new URLSearchParams(inBody(wrong))), 401, 'invalid_client')
    await expectRefusal(await ask(JSON.stringify(inBody(wrong)), json), 401, 'invalid_client')
    const unknown = new URLSearchParams(inBody({ client_id: 'unknown' }))
    await expectRefusal(await ask(unknown), 401, 'invalid_client')
    const header = basic(fin.clientId, 'wrong')
    await expectRefusal(await ask(new URLSearchParams({ grant_type }), header), 401, 'invalid_client')
    await expectRefusal(await ask(new URLSearchParams({ grant_type })), 401, 'invalid_client')
  })

  test('of a client whose integration is archived', async () => {
    const other = await server.createFin()
    const form = () =>
      new URLSearchParams({ grant_type, client_id: other.clientId, client_secret: other.clientSecret })
    await expectToken(await ask(form()))
    await server.app.db.pool.query(
      `update fin_integration f set archived_at = now() from oauth_client c
        where c.integration_id = f.id and c.client_id = $1`,
      [other.clientId],
    )
    await expectRefusal(await ask(form()), 401, 'invalid_client')
  })

  test('of another grant, or none', async () => {
    const password = new URLSearchParams(inBody({ grant_type: 'password' }))
    await expectRefusal(await ask(password), 400, 'unauthorized_client')
    const odd = new URLSearchParams(inBody({ grant_type: 'odd' }))
    await expectRefusal(await ask(odd), 400, 'unsupported_grant_type')
    await expectRefusal(await ask(new URLSearchParams(inBody({ grant_type: '' }))), 400, 'invalid_request')
  })

  test('of a request that is unclear', async () => {
    await expectRefusal(await ask('{', json), 400, 'invalid_request')
    await expectRefusal(await ask('x', { 'content-type': 'text/plain' }), 400, 'invalid_request')
    const twice = new URLSearchParams(inBody())
    twice.append('client_id', 'other')
    await expectRefusal(await ask(twice), 400, 'invalid_request')
    const both = basic(fin.clientId, 'another')
    await expectRefusal(await ask(new URLSearchParams(inBody()), both), 400, 'invalid_request')
    await expectRefusal(await ask('x'.repeat(20_000)), 413, 'invalid_request')
    const zero = new URLSearchParams(inBody({ client_id: 'a\0b' }))
    await expectRefusal(await ask(zero), 400, 'invalid_request')
  })

  test('of another method', async () => {
    const response = await fetch(`${server.url}/oauth/token`)
    expect(response.headers.get('allow')).toBe('POST')
    await expectRefusal(response, 405, 'invalid_request')
  })
})
