import { afterAll, beforeAll, expect, test } from 'vitest'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'
import { deliveryDesk } from './desk.js'
import { connectWebhook } from './hook.js'

// Each test lets time pass: what failed is not tried again before.
const clock = stillClock()
let server: TestServer
let desk: ReturnType<typeof deliveryDesk>

beforeAll(async () => {
  server = await startTestServer({ clock })
  desk = deliveryDesk(server)
})
afterAll(() => server.stop())

interface Listed {
  id: string
  state: string
  createdAt: string
  conversation: { id: string }
}

const ids = ({ nodes }: { nodes: Listed[] }) => nodes.map(({ id }) => id)

test('a delivery shows what was sent, when it is tried again, and each attempt with the beginning of its answer', async () => {
  const receiver = await startReceiver(answers(500, {}, 'The key "a webhook key" opens nothing'))
  const { fin, conversation, reply, resume, pause } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  const filter = { integrationId: fin.integrationId }
  const failed = await eventually(async () => {
    const [delivery] = (await desk.list(filter)).nodes
    expect(delivery).toMatchObject({ state: 'PENDING', attempts: [{}] })
    return delivery
  })
  expect(failed).toMatchObject({
    attemptCount: 1,
    finishedAt: null,
    eventType: null,
    body: null,
    integration: { id: fin.integrationId },
    webhook: null,
    conversation: { id },
    attempts: [{ statusCode: 500, note: 'The key "[key]" opens nothing', durationMs: expect.any(Number) }],
  })
  expect(failed.nextAttemptAt > failed.createdAt).toBe(true)
  expect(await desk.find(failed.id)).toEqual(failed)

  await pause()
  expect((await desk.find(failed.id)).nextAttemptAt).toBeNull()

  receiver.reply = accepted
  clock.advance(1_000)
  await resume()
  const delivered = await eventually(async () => {
    const delivery = await desk.find(failed.id)
    expect(delivery.state).toBe('DELIVERED')
    return delivery
  })
  expect(delivered.nextAttemptAt).toBeNull()
  expect(delivered.finishedAt > failed.createdAt).toBe(true)
  expect(delivered.attempts.map(({ statusCode }: { statusCode: number }) => statusCode)).toEqual([202, 500])
})

test('a list goes from the newest to the oldest and back, in pages that fit together', async () => {
  const receiver = await startReceiver()
  const { fin, conversation, reply, settled } = await connect(server, receiver)
  for (let count = 1; count <= 5; count++) {
    clock.advance(1_000)
    await reply(await conversation())
    await settled(...Array.from({ length: count }, () => 'DELIVERED' as const))
  }
  const filter = { integrationId: fin.integrationId }
  const all = await desk.list(filter)
  expect(all.nodes.map(({ createdAt }: Listed) => createdAt)).toEqual(
    all.nodes
      .map(({ createdAt }: Listed) => createdAt)
      .sort()
      .reverse(),
  )
  const first = await desk.list(filter, { first: 2 })
  const second = await desk.list(filter, { first: 2, after: first.pageInfo.endCursor })
  const third = await desk.list(filter, { first: 2, after: second.pageInfo.endCursor })
  expect([first, second, third].flatMap(ids)).toEqual(ids(all))
  expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false])
  const last = await desk.list(filter, { last: 2 })
  expect(ids(last)).toEqual(ids(all).slice(3))
  expect(ids(await desk.list(filter, { last: 2, before: last.pageInfo.startCursor }))).toEqual(
    ids(all).slice(1, 3),
  )
})

test('a list can be of one integration, conversation, state and time', async () => {
  const receiver = await startReceiver(answers(422))
  const one = await connect(server, receiver)
  const [first, second] = [await one.conversation(), await one.conversation()]
  await one.reply(first)
  await one.settled('PARKED')
  receiver.reply = accepted
  clock.advance(1_000)
  await one.reply(second)
  await one.settled('PARKED', 'DELIVERED')
  const [delivered, parked] = (await desk.list({ integrationId: one.fin.integrationId })).nodes
  const other = await connect(server, receiver)
  await other.reply(await other.conversation())
  await other.settled('DELIVERED')

  const mine = { integrationId: one.fin.integrationId }
  for (const [filter, expected] of [
    [{ conversationId: first }, [parked]],
    [{ ...mine, states: ['PARKED'] }, [parked]],
    [{ ...mine, states: ['PARKED', 'DELIVERED'] }, [delivered, parked]],
    [{ ...mine, states: ['QUEUED', 'PENDING', 'IN_FLIGHT'] }, []],
    [{ ...mine, states: [] }, []],
    [{ ...mine, createdAfter: delivered.createdAt }, [delivered]],
    [{ ...mine, createdBefore: delivered.createdAt }, [parked]],
    [{ ...mine, eventTypes: ['MESSAGE_ADDED'] }, []],
    [{ ...mine, conversationId: second, states: ['DELIVERED'], createdAfter: parked.createdAt }, [delivered]],
    [{ integrationId: other.fin.integrationId, conversationId: first }, []],
    [{ conversationId: 'conv_unknown' }, []],
  ] as const) {
    expect(ids(await desk.list(filter)), JSON.stringify(filter)).toEqual(expected.map(({ id }) => id))
  }
})

test('of webhooks a delivery shows the event and the body as it was sent, and a list can be of some kinds of events', async () => {
  const receiver = await startReceiver()
  const hook = await connectWebhook(server, receiver)
  const conversationId = await hook.conversation('Hello there')
  await hook.rename(conversationId, 'A matter')
  await hook.settled('DELIVERED', 'DELIVERED')
  const [renamed, said] = (await desk.list({ webhookId: hook.id })).nodes
  expect(said).toMatchObject({
    eventType: 'MESSAGE_ADDED',
    webhook: { id: hook.id },
    integration: null,
    conversation: { id: conversationId },
  })
  expect(JSON.parse(said.body)).toEqual(receiver.received[0]?.body)
  for (const [filter, expected] of [
    [{ webhookId: hook.id, eventTypes: ['MESSAGE_ADDED'] }, [said]],
    [{ eventTypes: ['TITLE_CHANGED', 'MESSAGE_ADDED', 'MESSAGE_ADDED'], conversationId }, [renamed, said]],
    [{ webhookId: hook.id, eventTypes: ['MESSAGE_ADDED'], states: ['PARKED', 'DELIVERED'] }, [said]],
    [{ webhookId: hook.id, eventTypes: ['NO_SUCH'] }, []],
    [{ webhookId: hook.id, eventTypes: [] }, []],
  ] as const) {
    expect(ids(await desk.list(filter)), JSON.stringify(filter)).toEqual(expected.map(({ id }) => id))
  }
})

test('agents see no deliveries, not even of their inbox, and nobody does', async () => {
  const receiver = await startReceiver()
  const { fin, human, conversation, reply, settled } = await connect(server, receiver)
  await reply(await conversation())
  await settled('DELIVERED')
  const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
  for (const token of [human.token, null]) {
    expect((await desk.list({}, {}, token)).nodes).toEqual([])
    expect(await desk.find(id, token)).toBeNull()
  }
})

test.each([
  ['after', 'bm9uZQ'],
  ['after', Buffer.from('deliveries|none').toString('base64url')],
  ['before', Buffer.from('conversations LAST_ACTIVITY true|0|x').toString('base64url')],
])('a cursor in `%s` that is none of this list is refused', async (argument, cursor) => {
  const { errors } = await server.graphql(
    `query ($cursor: String, $count: Int) { deliveries(${argument}: $cursor, ${argument === 'after' ? 'first' : 'last'}: $count) { nodes { id } } }`,
    { cursor, count: 1 },
  )
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID' } }])
})
