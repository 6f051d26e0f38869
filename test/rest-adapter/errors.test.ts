import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Queryable } from '../../src/database/database.js'
import { OverloadedError } from '../../src/errors.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { expectProblem, variants } from './contracts.js'
import { type FinClient, fetchToken, finClient, type OperationName, routes } from './finClient.js'

let server: TestServer
let fin: TestFin
let token: string
let now = new Date()

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => now } })
  fin = await server.createFin()
  token = await fetchToken(server, fin)
})
afterAll(() => server.stop())

const unknown = {
  user_id: 'user_01hs8dbatrfewa0c6vrayaq8sa',
  conversation_id: 'conv_01hv97e766fm7t6751vpx8vcxw',
}

describe.each(variants)('%s', (variant) => {
  let client: FinClient
  beforeAll(() => {
    client = finClient(server, token, variant)
  })

  async function expectUnauthorized(presented: string | null) {
    const stranger = finClient(server, presented, variant)
    for (const operation of Object.keys(routes) as OperationName[]) {
      const response = await stranger.raw(operation, unknown)
      const challenge = presented === null ? 'Bearer realm="Graphdesk"' : 'Bearer error="invalid_token"'
      expect(response.headers.get('www-authenticate')).toBe(challenge)
      await expectProblem(variant, response, 401, operation)
    }
  }

  test('401 without a token, with a wrong one, with an agent’s', async () => {
    await expectUnauthorized(null)
    await expectUnauthorized('gdf_wrong')
    await expectUnauthorized(server.token)
    await expectUnauthorized((await server.agent('Ann', [fin.inboxId])).token)
  })

  test('401 with an expired token', async () => {
    const short = await fetchToken(server, fin)
    await finClient(server, short, variant).call('getAgents')
    const before = now
    now = new Date(now.getTime() + 3_600_001)
    server.app.principals.forget()
    await expectUnauthorized(short)
    now = before
    server.app.principals.forget()
  })

  test('401 with a revoked token', async () => {
    const short = await fetchToken(server, fin)
    await server.app.db.pool.query('update token set revoked_at = now() where hint = $1', [short.slice(-4)])
    server.app.principals.forget()
    await expectUnauthorized(short)
  })

  test('404 for what is unknown, malformed, or of another inbox', async () => {
    const other = finClient(server, await fetchToken(server, await server.createFin()), variant)
    const { conversation } = await other.open()
    const ids = [
      unknown,
      { user_id: 'nonsense', conversation_id: '17' },
      { user_id: conversation.user.id, conversation_id: conversation.id },
      { user_id: fin.agentId, conversation_id: conversation.user.id },
    ]
    for (const { user_id, conversation_id } of ids) {
      await client.refused('getUser', { user_id }, 404)
      await client.refused('updateUser', { user_id, attributes: {} }, 404)
      await client.refused('getConversation', { conversation_id }, 404)
      await client.refused('getMessages', { conversation_id }, 404)
      await client.refused('updateConversation', { conversation_id, status: 'open' }, 404)
      await client.refused('createMessage', { conversation_id, body: 'Hello' }, 404)
    }
  })

  test('400 names the field that is missing', async () => {
    const missing = { getUser: 'user_id', updateUser: 'user_id', getConversation: 'conversation_id' } as const
    for (const [operation, field] of Object.entries(missing)) {
      const { detail } = await client.refused(operation as OperationName, {}, 400)
      expect(detail).toContain(`'${field}'`)
    }
    const { detail } = await client.refused('updateUser', { user_id: 'x', attributes: 'none' }, 400)
    expect(detail).toBe('attributes must be object')
  })

  test('400 for a message of nothing, or with an attachment that is not https', async () => {
    const { conversation } = await client.open()
    const conversation_id = conversation.id
    const create = async (message: object) =>
      (await client.refused('createMessage', { conversation_id, ...message }, 400)).detail
    const open = async (initial_message: unknown) =>
      (await client.refused('createConversation', { initial_message }, 400)).detail

    expect(await create({})).toMatch(/^body: /)
    expect(await create({ body: '<script>x</script>', attachments: [] })).toMatch(/^body: /)
    expect(await create({ attachments: [{ url: 'http://x.example/' }] })).toMatch(/^attachments\/0\/url: /)
    expect(await create({ attachments: [{}] })).toMatch(/^attachments\/0\/url: /)
    expect(await create({ attachments: 'a.pdf' })).toMatch(/^body: /)
    for (const nothing of [undefined, null, 'Hello', [], {}]) {
      expect(await open(nothing)).toMatch(/^initial_message\/body: /)
    }
    expect(await open({ attachments: [{ url: 'file:///etc/passwd' }] })).toMatch(
      /^initial_message\/attachments\/0\/url: /,
    )
    expect(await open({ attachments: [{ url: 7 }] })).toMatch(/^initial_message\/attachments\/0\/url: /)
    expect(await client.call('getMessages', { conversation_id })).toHaveLength(1)
  })

  const [, restPath, postsPath] = routes.createUser
  const path = variant === 'rest' ? restPath : postsPath

  test.each(['{', 'null', '[]', '"{}"', '17', ''])('400 for the body %j', async (body) => {
    await expectProblem(variant, await client.send('POST', path, body), 400, 'createUser')
  })

  test('400 for a body that is not UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const response = await fetch(`${server.url}/api/fin${path}`, { method: 'POST', headers, body })
    await expectProblem(variant, response, 400, 'createUser')
  })

  test.each(['gzip', 'deflate', 'br'])('400 for a body that is not the %s it says', async (encoding) => {
    for (const as of [token, null]) {
      const stranger = finClient(server, as, variant)
      const response = await stranger.send('POST', path, 'nope', { 'content-encoding': encoding })
      await expectProblem(variant, response, 400, 'createUser')
    }
    expect(server.faults).toEqual([])
  })

  test('405 names the methods there are', async () => {
    const response = await client.send('DELETE', path)
    expect(response.headers.get('allow')).toBe(variant === 'rest' ? 'GET, PUT, POST' : 'POST')
    await expectProblem(variant, response, 405, 'createUser')
  })

  test('413 for a body of more than 1 MB', async () => {
    const body = { name: 'x'.repeat(1_100_000) }
    await expectProblem(variant, await client.send('POST', path, body), 413, 'createUser')
  })

  test('415 for a body that is not JSON', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    await expectProblem(variant, await client.send('POST', path, 'name=Marta', type), 415, 'createUser')
    const encoding = { 'content-encoding': 'rot13' }
    await expectProblem(variant, await client.send('POST', path, {}, encoding), 415, 'createUser')
  })

  test('503 when the database is too busy, 500 for the unexpected, which is reported once', async () => {
    const { db } = server.app
    const { query } = db
    const failing = async (error: Error, status: number) => {
      await client.call('getAgents')
      db.query = failingAt('agent.list', query, error)
      const response = await client.raw('getAgents').finally(() => {
        db.query = query
      })
      return [response, await expectProblem(variant, response, status, 'getAgents')]
    }
    const [busy] = await failing(new OverloadedError(), 503)
    expect(busy.headers.get('retry-after')).toBe('5')
    expect(server.faults).toEqual([])

    const fault = new Error('a secret')
    const [, problem] = await failing(fault, 500)
    expect(problem.instance).toMatch(/^urn:uuid:/)
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(server.faults.splice(0)).toEqual([fault])
  })

  test('503, not 401, when the token cannot be looked up', async () => {
    const { db } = server.app
    const { query } = db
    server.app.principals.forget()
    db.query = failingAt('token.principal', query, new OverloadedError())
    const response = await client.raw('getAgents').finally(() => {
      db.query = query
    })
    await expectProblem(variant, response, 503, 'getAgents')
  })
})

test('404 for a path that does not exist', async () => {
  for (const path of ['', '/', '/nothing', '/user/17']) {
    await expectProblem('rest', await finClient(server, token, 'rest').send('GET', path), 404)
  }
})

test('a user_id given twice is refused', async () => {
  const response = await finClient(server, token, 'rest').send('GET', '/user?user_id=a&user_id=b')
  await expectProblem('rest', response, 400)
})

/** One statement fails; timers and listeners, which run meanwhile, do not. */
function failingAt(name: string, query: Queryable['query'], error: Error): Queryable['query'] {
  return (statement, values) => (statement.name === name ? Promise.reject(error) : query(statement, values))
}
