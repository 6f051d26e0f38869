import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Transaction } from '../../src/database/database.js'
import { newId, publicId } from '../../src/ids.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'
import { deliveryDesk } from './desk.js'
import { connectWebhook, saidIn } from './hook.js'

let server: TestServer
let desk: ReturnType<typeof deliveryDesk>

beforeAll(async () => {
  // Time stands still: what waits for a time never goes out by itself.
  const now = new Date()
  server = await startTestServer({ clock: { now: () => now } })
  desk = deliveryDesk(server)
})
afterAll(() => server.stop())

const sent = (delivery: object) => ({
  __typename: 'RedeliverPayload',
  delivery: expect.objectContaining(delivery),
})

describe('to Fin', () => {
  test.each([
    ['delivered', 202, 'DELIVERED'],
    ['given up', 422, 'PARKED'],
  ] as const)(
    'what was %s is sent again, the same one, with its attempts counted anew',
    async (_, status, state) => {
      const receiver = await startReceiver(answers(status))
      const { fin, conversation, reply, settled } = await connect(server, receiver)
      const conversationId = await conversation()
      await reply(conversationId)
      await settled(state)
      const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
      receiver.reply = accepted
      const answer = await desk.redeliver(id)
      expect(answer).toEqual(sent({ id }))
      expect((await receiver.arrival(2)).body).toEqual({ conversation_id: conversationId })
      await settled('DELIVERED')
      expect(await desk.find(id)).toMatchObject({
        state: 'DELIVERED',
        attemptCount: 1,
        attempts: [{ statusCode: 202 }, { statusCode: status }],
      })
    },
  )

  test('what waits for another try is sent now', async () => {
    const receiver = await startReceiver(answers(500))
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    await reply(await conversation())
    await receiver.arrival(1)
    const waiting = await eventually(async () => {
      const [delivery] = (await desk.list({ integrationId: fin.integrationId })).nodes
      expect(delivery).toMatchObject({ state: 'PENDING', attempts: [{ statusCode: 500 }] })
      return delivery
    })
    receiver.reply = accepted
    const { delivery } = await desk.redeliver(waiting.id)
    expect(delivery.id).toBe(waiting.id)
    await receiver.arrival(2)
    await settled('DELIVERED')
  })

  test('what is being sent is left alone', async () => {
    let finish = () => {}
    const receiver = await startReceiver((_, response) => {
      finish = () => response.writeHead(202).end()
    })
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    await reply(await conversation())
    await receiver.arrival(1)
    const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
    expect(await desk.redeliver(id)).toEqual(sent({ id, state: 'IN_FLIGHT', attemptCount: 1 }))
    finish()
    await settled('DELIVERED')
    expect(receiver.received).toHaveLength(1)
  })

  test('a newer one that waits stands for it, and is sent now', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    const conversationId = await conversation()
    await reply(conversationId)
    await settled('DELIVERED')
    receiver.reply = answers(500)
    await reply(conversationId)
    const [newer, older] = await eventually(async () => {
      const { nodes } = await desk.list({ integrationId: fin.integrationId })
      expect(nodes[0]).toMatchObject({ state: 'PENDING', attempts: [{ statusCode: 500 }] })
      return nodes
    })
    receiver.reply = accepted
    expect((await desk.redeliver(older.id)).delivery.id).toBe(newer.id)
    await receiver.arrival(3)
    await settled('DELIVERED', 'DELIVERED')
    expect(receiver.received).toHaveLength(3)
  })

  test('a newer one that is being sent stands for it', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    const conversationId = await conversation()
    await reply(conversationId)
    await settled('DELIVERED')
    let finish = () => {}
    receiver.reply = (_, response) => {
      finish = () => response.writeHead(202).end()
    }
    await reply(conversationId)
    await receiver.arrival(2)
    const [newer, older] = (await desk.list({ integrationId: fin.integrationId })).nodes
    expect((await desk.redeliver(older.id)).delivery).toMatchObject({ id: newer.id, state: 'IN_FLIGHT' })
    finish()
    await settled('DELIVERED', 'DELIVERED')
    expect(receiver.received).toHaveLength(2)
  })

  test('a newer one that is delivered at that moment does not stand for it', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, settled } = await connect(server, receiver)
    const conversationId = await conversation()
    await reply(conversationId)
    await settled('DELIVERED')
    let finish = () => {}
    receiver.reply = (_, response) => {
      finish = () => response.writeHead(202).end()
    }
    await reply(conversationId)
    await receiver.arrival(2)
    const [newer, older] = (await desk.list({ integrationId: fin.integrationId })).nodes
    expect(newer.state).toBe('IN_FLIGHT')
    receiver.reply = accepted
    afterStep('delivery.latestAgain', async () => {
      finish()
      await settled('DELIVERED', 'DELIVERED')
    })
    expect((await desk.redeliver(older.id)).delivery.id).toBe(older.id)
    await receiver.arrival(3)
    await settled('DELIVERED', 'DELIVERED')
  })

  test('a change that comes before it has gone out goes with it', async () => {
    const receiver = await startReceiver()
    const { fin, conversation, reply, pause, resume, heard, settled } = await connect(server, receiver)
    const conversationId = await conversation()
    await reply(conversationId)
    await settled('DELIVERED')
    await pause()
    const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
    expect(await desk.redeliver(id)).toEqual(sent({ id, state: 'PENDING' }))
    await reply(conversationId)
    await heard()
    await resume()
    await receiver.arrival(2)
    await settled('DELIVERED')
  })
})

describe('to a webhook', () => {
  test('what was delivered is sent again, the same id and body', async () => {
    const receiver = await startReceiver()
    const { id: webhookId, conversation, settled } = await connectWebhook(server, receiver)
    await conversation()
    await settled('DELIVERED')
    const [{ id }] = (await desk.list({ webhookId })).nodes
    expect(await desk.redeliver(id)).toEqual(sent({ id }))
    await receiver.arrival(2)
    await settled('DELIVERED')
    const [first, second] = receiver.received
    expect(second?.body).toEqual(first?.body)
    expect(second?.headers['webhook-id']).toBe(id)
    expect(first?.headers['webhook-id']).toBe(id)
  })

  test('it queues behind what is unfinished about the same conversation, in the order of what happened', async () => {
    const receiver = await startReceiver()
    const hook = await connectWebhook(server, receiver)
    const conversationId = await hook.conversation('one')
    await hook.settled('DELIVERED')
    await hook.say(conversationId, 'two')
    await hook.settled('DELIVERED', 'DELIVERED')
    await hook.pause()
    await hook.say(conversationId, 'three')
    await hook.settled('DELIVERED', 'DELIVERED', 'PENDING')
    const [three, two, one] = (await desk.list({ webhookId: hook.id })).nodes
    expect(await desk.redeliver(two.id)).toEqual(sent({ id: two.id, state: 'QUEUED', nextAttemptAt: null }))
    expect(await desk.redeliver(one.id)).toEqual(sent({ id: one.id, state: 'QUEUED' }))
    expect(await desk.redeliver(one.id)).toEqual(sent({ id: one.id, state: 'QUEUED' }))
    expect(three.state).toBe('PENDING')
    await hook.resume()
    await hook.settled('DELIVERED', 'DELIVERED', 'DELIVERED')
    expect(receiver.received.slice(2).map(saidIn)).toEqual(['three', 'one', 'two'])
  })

  test('nothing is sent to one that was ended', async () => {
    const receiver = await startReceiver()
    const hook = await connectWebhook(server, receiver)
    await hook.conversation()
    await hook.settled('DELIVERED')
    await hook.archive()
    const [{ id, state }] = (await desk.list({ webhookId: hook.id })).nodes
    expect(await desk.redeliver(id)).toMatchObject({ code: 'INVALID', field: 'deliveryId' })
    expect((await desk.find(id)).state).toBe(state)
  })
})

test('many at once send it once', async () => {
  const receiver = await startReceiver()
  const { fin, conversation, reply, pause, resume, settled } = await connect(server, receiver)
  await reply(await conversation())
  await settled('DELIVERED')
  await pause()
  const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
  const answers = await Promise.all(Array.from({ length: 8 }, () => desk.redeliver(id)))
  for (const answer of answers) expect(answer).toEqual(sent({ id, state: 'PENDING' }))
  await resume()
  await settled('DELIVERED')
  expect(receiver.received).toHaveLength(2)
})

test('agents and nobody are refused, what is unknown is not found', async () => {
  const receiver = await startReceiver()
  const { fin, human, conversation, reply, settled } = await connect(server, receiver)
  await reply(await conversation())
  await settled('DELIVERED')
  const [{ id }] = (await desk.list({ integrationId: fin.integrationId })).nodes
  expect(await desk.redeliver(id, human.token)).toMatchObject({ code: 'FORBIDDEN' })
  expect(await desk.redeliver('delivery_unknown')).toMatchObject({ code: 'NOT_FOUND' })
  expect(await desk.redeliver(publicId('Delivery', newId()))).toMatchObject({ code: 'NOT_FOUND' })
  expect(receiver.received).toHaveLength(1)
})

/** Right after a statement of a transaction ran for the first time, something else happens. */
function afterStep(name: string, happens: () => Promise<unknown>) {
  const { db } = server.app
  const { transaction } = db
  let isFirst = true
  db.transaction = (work) =>
    transaction((tx) => {
      const query: Transaction['query'] = async (statement, values) => {
        const rows = await tx.query<never>(statement, values)
        if (isFirst && statement.name === name) {
          isFirst = false
          db.transaction = transaction
          await happens()
        }
        return rows
      }
      return work({ ...tx, query })
    })
}
