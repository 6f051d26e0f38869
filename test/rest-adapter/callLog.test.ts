import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call } from '../../rest-adapter/call.js'
import { redacted } from '../../rest-adapter/redacted.js'
import { storedId } from '../../src/ids.js'
import { forgetOldCalls } from '../../src/integration/forget.js'
import { movableClock } from '../support/clock.js'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { answers, startReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'
import { type FinClient, fetchToken, finClient, objectId } from './finClient.js'

// What the person who connects Fin can see of what Fin does.
const clock = movableClock()
let server: TestServer
let fin: TestFin
let token: string
let client: FinClient

beforeAll(async () => {
  server = await startTestServer({ clock })
  fin = await server.createFin()
  token = await fetchToken(server, fin)
  client = finClient(server, token, 'posts')
})
afterAll(() => server.stop())

async function shown(fields: string, of = fin) {
  await server.app.calls.flush()
  const { finIntegration } = await server.must(`query ($id: ID!) { finIntegration(id: $id) { ${fields} } }`, {
    id: of.integrationId,
  })
  return finIntegration
}

/** Does something that is called, and waits until it is taken down: only after the answer is it looked up who a stray was. */
async function takenDown<T>(call: () => Promise<T>): Promise<T> {
  const { recorded } = server.app.calls
  const taken = new Promise<void>((resolve) => {
    const hear = () => {
      recorded.delete(hear)
      resolve()
    }
    recorded.add(hear)
  })
  const answer = await call()
  await taken
  return answer
}

test('calls are counted by operation, and the last is known', async () => {
  const other = await server.createFin({ name: 'Counted' })
  const { health: before } = await shown('health { lastCallAt callsByOperation { operation calls } }', other)
  expect(before.lastCallAt).toBeNull()
  expect(before.callsByOperation).toHaveLength(9)

  const rest = finClient(server, await fetchToken(server, other), 'rest')
  await rest.call('getAgents')
  await rest.call('createUser', { object_id: objectId() })
  await rest.refused('getUser', { user_id: 'user_nobody' }, 404)
  const { health } = await shown(
    'health { lastCallAt callsByOperation { operation calls failures lastCallAt } }',
    other,
  )
  const called = health.callsByOperation.filter(({ calls }: { calls: number }) => calls > 0)
  expect(called).toMatchObject([
    { operation: 'get_user', calls: 1, failures: 1 },
    { operation: 'create_user', calls: 1, failures: 0 },
    { operation: 'get_agents', calls: 1, failures: 0 },
  ])
  expect(health.lastCallAt).toBe(called[0].lastCallAt)
})

test('each call is listed, newest first, without secrets and without what people wrote', async () => {
  const { conversation } = await client.open({ user: { name: 'Marta Keller', email: 'marta@example.com' } })
  const conversation_id = conversation.id
  await client.call('createMessage', {
    conversation_id,
    body: 'My card is 4111 1111 1111 1111',
    object_id: 'the object',
    attachments: [{ url: 'https://files.example.com/secret.pdf?signature=1', filename: 'secret' }],
  })
  const { calls } = await shown(
    'calls(first: 2) { nodes { operation method path status problem request } pageInfo { endCursor hasNextPage } }',
  )
  const [message, opening] = calls.nodes
  expect(message).toMatchObject({
    operation: 'create_message',
    method: 'POST',
    path: '/api/fin/create_message',
    status: 201,
    problem: null,
    request: {
      headers: { authorization: '<present>', 'content-type': 'application/json' },
      parameters: {
        conversation_id,
        object_id: 'the object',
        body: '<text, 30 characters>',
        attachments: [{ url: '<files.example.com>', filename: '<text, 6 characters>' }],
      },
    },
  })
  expect(opening.operation).toBe('create_conversation')
  const text = JSON.stringify(calls.nodes)
  for (const secret of [token, 'Marta', 'marta@', '4111', 'signature=1', 'parcel'])
    expect(text).not.toContain(secret)

  const next = await shown(
    `calls(first: 1, after: "${calls.pageInfo.endCursor}") { nodes { id startedAt durationMs } }`,
  )
  expect(next.calls.nodes).toHaveLength(calls.pageInfo.hasNextPage ? 1 : 0)
})

test('what failed can be listed alone, and says what Fin was told', async () => {
  await takenDown(() => client.send('POST', '/get_user', '{"user_id": 7}'))
  await takenDown(() => client.send('POST', '/create_user', '{ not JSON'))
  await takenDown(() => client.send('DELETE', '/create_user'))
  const { calls } = await shown(
    'calls(failedOnly: true, first: 3) { nodes { operation status problem request } }',
  )
  expect(calls.nodes).toMatchObject([
    { operation: 'unknown', status: 405 },
    { operation: 'create_user', status: 400, problem: 'The body is not valid JSON.' },
    { operation: 'get_user', status: 400, problem: 'user_id must be string' },
  ])
  expect(calls.nodes[1].request.parameters).toBe('<not JSON, 10 bytes>')
})

test('recent problems come from calls, refusals and webhooks alike', async () => {
  const other = await server.createFin({ name: 'Troubled', webhookBaseUrl: 'http://127.0.0.1:1' })
  const its = finClient(server, await fetchToken(server, other), 'posts')
  const { conversation } = await its.open({ title: {}, object_id: objectId() })
  await its.refused('getConversation', { conversation_id: 'conv_nothing' }, 404)
  const { token: agent } = await server.agent('Ann', [other.inboxId])
  await server.must(
    'mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) { __typename } }',
    { id: conversation.id },
    agent,
  )
  await expect
    .poll(
      async () => {
        const { health } = await shown(
          'health { lastWebhookAt recentProblems { source operation status detail conversationId } }',
          other,
        )
        expect(health.lastWebhookAt).toBeNull()
        return health.recentProblems
      },
      { timeout: 15_000 },
    )
    .toEqual(
      expect.arrayContaining([
        {
          source: 'CALL',
          operation: 'get_conversation',
          status: 404,
          detail: 'There is no conversation with this id.',
          conversationId: null,
        },
        {
          source: 'LOG',
          operation: null,
          status: null,
          detail: 'TOLERATED: title is not a text: it was left out',
          conversationId: conversation.id,
        },
        {
          source: 'WEBHOOK',
          operation: null,
          status: null,
          detail: expect.stringContaining('ECONNREFUSED'),
          conversationId: conversation.id,
        },
      ]),
    )
})

test('when a webhook arrived last is known, whatever became of later ones', async () => {
  const receiver = await startReceiver()
  const { fin: heard, conversation, reply, deliveries } = await connect(server, receiver)
  expect((await shown('health { lastWebhookAt }', heard)).health.lastWebhookAt).toBeNull()
  const id = await conversation()
  await reply(id)
  await expect.poll(async () => (await deliveries())[0]?.state, { timeout: 15_000 }).toBe('DELIVERED')
  const [delivery] = await deliveries()
  const arrived = (await shown('health { lastWebhookAt }', heard)).health.lastWebhookAt
  expect(arrived).toBe(delivery?.finishedAt?.toISOString())

  receiver.reply = answers(500)
  await reply(id)
  await receiver.arrival(2)
  expect((await shown('health { lastWebhookAt }', heard)).health.lastWebhookAt).toBe(arrived)
})

test('a call whose answer nobody waited for is no success', async () => {
  const other = await server.createFin({ name: 'Impatient' })
  const its = finClient(server, await fetchToken(server, other), 'posts')
  const { conversation } = await its.open()
  const authorization = `Bearer ${await fetchToken(server, other)}`
  const patience = new AbortController()
  const { db } = server.app
  const { change } = db
  db.change = async (statement, values, options) => {
    // While the database is at it.
    await takenDown(async () => patience.abort())
    return change<never>(statement, values, options)
  }
  const asked = fetch(`${server.url}/api/fin/create_message`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ conversation_id: conversation.id, body: 'Hello' }),
    signal: patience.signal,
  })
  await expect(asked)
    .rejects.toThrow()
    .finally(() => {
      db.change = change
    })
  await expect
    .poll(() => shown('calls(first: 1) { nodes { operation status problem } }', other), { timeout: 15_000 })
    .toEqual({
      calls: {
        nodes: [
          { operation: 'create_message', status: 499, problem: 'The caller gave up before the answer' },
        ],
      },
    })
})

test('what looks like more than a name is left out of a path, and what is under unknown names', async () => {
  await takenDown(() => client.send('POST', `/get_user/${token}`, {}))
  await takenDown(() => client.send('GET', '/users/marta@example.com'))
  await client.send('POST', '/create_user', {
    object_id: 'known',
    custom_attributes: { national_id: 'AB123456C', id: 'AB123456C' },
    attributes: [{ card_id: '4111111111111111' }],
    visa_id: '4111111111111111',
  })
  const { calls } = await shown('calls(first: 3) { nodes { path request } }')
  const [created, asked, read] = calls.nodes
  expect([asked.path, read.path]).toEqual(['/api/fin/users/…', '/api/fin/get_user/…'])
  expect(created.request.parameters).toEqual({
    object_id: 'known',
    custom_attributes: '<object>',
    attributes: '<array>',
    visa_id: '<text, 16 characters>',
  })
})

test('a database that fails costs no call and no count', async () => {
  const other = await server.createFin({ name: 'Unlucky' })
  const its = finClient(server, await fetchToken(server, other), 'posts')
  const { background: db } = server.app
  const { transaction } = db
  db.transaction = async () => {
    throw new Error('The disk is full.')
  }
  await its.call('getAgents')
  await server.app.calls.flush()
  db.transaction = transaction
  expect(server.faults.splice(0).map(({ message }) => message)).toContain('The disk is full.')
  const { health } = await shown('health { callsByOperation { operation calls } }', other)
  expect(health.callsByOperation).toContainEqual({ operation: 'get_agents', calls: 1 })
})

test('a stranger sees nothing of it', async () => {
  const { token: stranger } = await server.agent('Stranger', [await server.inbox('Elsewhere')])
  const { finIntegration } = await server.must(
    'query ($id: ID!) { finIntegration(id: $id) { calls { nodes { id } } } }',
    { id: fin.integrationId },
    stranger,
  )
  expect(finIntegration).toBeNull()
})

test('calls are forgotten after a week, and beyond the newest 10,000; counts stay', async () => {
  const { db } = server.app
  const integrationId = storedId('FinIntegration', fin.integrationId)
  await shown('id')
  await db.pool.query(
    `insert into integration_call (id, integration_id, operation, method, path, status, duration_ms, started_at)
     select gen_random_uuid(), $1, 'get_user', 'GET', '/', 200, 1, $2::timestamptz from generate_series(1, 10100)`,
    [integrationId, clock.now()],
  )
  const kept = async () => {
    const { rows } = await db.pool.query(
      'select count(*)::int as n from integration_call where integration_id = $1',
      [integrationId],
    )
    return rows[0].n
  }
  await forgetOldCalls(db)
  expect(await kept()).toBe(10_000)
  clock.advance(8 * 24 * 3_600_000)
  await forgetOldCalls(db)
  expect(await kept()).toBe(0)
  const { health } = await shown('health { lastCallAt }')
  expect(health.lastCallAt).not.toBeNull()
})

test('no words of people are left in a recorded request, however they are nested', () => {
  const words = fc.string({ minLength: 6, maxLength: 40 }).map((text) => `wörd ${text}`)
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 12 },
      words,
      fc.array(tie('tree'), { maxLength: 15 }),
      fc.dictionary(fc.constantFrom('body', 'name', 'email', 'title', 'filename', 'other'), tie('tree')),
      fc.record({ attributes: fc.dictionary(fc.constantFrom('plan', 'id', 'status'), tie('tree')) }),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      const bytes = Buffer.from(JSON.stringify({ body: value, attributes: { id: value, list: [value] } }))
      const call = { request: { headers: { authorization: 'Bearer wörd' } }, method: 'POST', bytes }
      expect(JSON.stringify(redacted(call as Call))).not.toContain('wörd')
    }),
  )
})
