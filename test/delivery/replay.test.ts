import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'
import { deliveryDesk } from './desk.js'
import { fillDeliveries } from './fill.js'
import { connectWebhook, saidIn } from './hook.js'

let server: TestServer
let desk: ReturnType<typeof deliveryDesk>

beforeAll(async () => {
  server = await startTestServer()
  desk = deliveryDesk(server)
})
afterAll(() => server.stop())

const ever = { from: '2026-01-01T00:00:00.000Z', to: '2090-01-01T00:00:00.000Z' }

describe('to Fin', () => {
  test('each conversation goes out once, however often Fin was told of it', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    const [one, other] = [await conversation(), await conversation()]
    await reply(one)
    await settled('DELIVERED')
    await reply(one)
    await settled('DELIVERED', 'DELIVERED')
    await reply(other)
    await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
    const answer = await desk.replay({ integrationId: fin.integrationId, ...ever })
    expect(answer).toEqual({ __typename: 'ReplayDeliveriesPayload', count: 2 })
    await receiver.arrival(5)
    await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
    const told = receiver.received.slice(3).map(({ body }) => body.conversation_id)
    expect(told.sort()).toEqual([one, other].sort())
  })

  test('what waits already is sent now and no second one', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, pause, resume, heard, settled } = await connect(server, receiver)
    const id = await conversation()
    await reply(id)
    await settled('DELIVERED')
    await pause()
    await reply(id)
    await heard()
    const answer = await desk.replay({ integrationId: fin.integrationId, ...ever })
    expect(answer).toEqual({ __typename: 'ReplayDeliveriesPayload', count: 1 })
    await settled('DELIVERED', 'PENDING')
    await resume()
    await settled('DELIVERED', 'DELIVERED')
    expect(receiver.received).toHaveLength(2)
  })

  test('only what was made within the time, its beginning with it and its end not, and in these states', async () => {
    const receiver = await startReceiver(answers(422))
    const { fin, conversation, reply, pause, settled } = await connect(server, receiver)
    await reply(await conversation())
    await settled('PARKED')
    receiver.reply = (_, response) => response.writeHead(202).end()
    await reply(await conversation())
    await settled('PARKED', 'DELIVERED')
    await pause()
    const [second, first] = (await desk.list({ integrationId: fin.integrationId })).nodes
    const replay = async (input: object) =>
      (await desk.replay({ integrationId: fin.integrationId, ...ever, ...input })).count
    expect(await replay({ to: first.createdAt })).toBe(0)
    expect(await replay({ from: second.createdAt, states: ['PARKED'] })).toBe(0)
    expect(await replay({ states: ['PARKED'] })).toBe(1)
    await settled('PENDING', 'DELIVERED')
    expect(await replay({ from: first.createdAt, to: second.createdAt })).toBe(0)
    expect(await replay({ from: second.createdAt })).toBe(1)
    await settled('PENDING', 'PENDING')
  })
})

test('to a webhook each goes out again, in its order and one after the other for each conversation', async () => {
  const receiver = await startReceiver()
  const hook = await connectWebhook(server, receiver)
  const [one, other] = [await hook.conversation('a1'), await hook.conversation('b1')]
  for (const [id, text] of [
    [one, 'a2'],
    [other, 'b2'],
    [one, 'a3'],
  ] as const) {
    await hook.say(id, text)
  }
  await hook.settled(...Array.from({ length: 5 }, () => 'DELIVERED' as const))
  const before = receiver.received.splice(0)
  const held: (() => unknown)[] = []
  receiver.reply = (_, response) => held.push(() => response.writeHead(202).end())
  expect(await desk.replay({ webhookId: hook.id, ...ever })).toMatchObject({ count: 5 })
  await receiver.arrival(2)
  await hook.settled('IN_FLIGHT', 'IN_FLIGHT', 'QUEUED', 'QUEUED', 'QUEUED')
  receiver.reply = accepted
  for (const answer of held) answer()
  await hook.settled(...before.map(() => 'DELIVERED' as const))
  const again = receiver.received
  expect(again.map(saidIn).filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(again.map(saidIn).filter((text) => text.startsWith('b'))).toEqual(['b1', 'b2'])
  expect(again.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
    before.map(({ headers }) => headers['webhook-id']).sort(),
  )
})

test('more than 10,000 in one call are refused, and nothing is sent', async () => {
  const receiver = await startReceiver()
  const { fin, integrationId, pause } = await connect(server, receiver)
  await pause()
  await fillDeliveries(server, { integrationId, count: 10_001 })
  const replay = (input: object) => desk.replay({ integrationId: fin.integrationId, ...ever, ...input })
  expect(await replay({})).toMatchObject({ __typename: 'ValidationError', field: 'to' })
  expect(await desk.list({ integrationId: fin.integrationId, states: ['PENDING'] })).toMatchObject({
    nodes: [],
  })
  const [newest] = (await desk.list({ integrationId: fin.integrationId }, { first: 1 })).nodes
  expect(await replay({ to: newest.createdAt })).toMatchObject({ count: 10_000 })
})

test('what makes no sense is refused, and so are agents', async () => {
  const { integrationId, inboxId } = await server.createFin()
  const { token } = await server.agent('Ann', [inboxId])
  for (const [input, expected] of [
    [{ integrationId: undefined }, { field: 'webhookId' }],
    [{ webhookId: integrationId }, { code: 'NOT_FOUND' }],
    [{ from: ever.to }, { field: 'to' }],
    [{ states: ['DELIVERED', 'PENDING'] }, { field: 'states' }],
    [{ integrationId: 'fin_unknown' }, { code: 'NOT_FOUND' }],
  ] as const) {
    expect(await desk.replay({ integrationId, ...ever, ...input }), JSON.stringify(input)).toMatchObject(
      expected,
    )
  }
  expect(await desk.replay({ integrationId, ...ever }, token)).toMatchObject({ code: 'FORBIDDEN' })
})
