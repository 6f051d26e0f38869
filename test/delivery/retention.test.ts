import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { forgetOldDeliveries } from '../../src/delivery/forget.js'
import { storedId } from '../../src/ids.js'
import { type MovableClock, movableClock, stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver, type TestReceiver } from '../webhooks/receiver.js'
import { type Connection, connect } from '../webhooks/setup.js'
import { deliveryDesk } from './desk.js'
import { fillDeliveries } from './fill.js'

const minute = 60 * 1_000
const hour = 60 * minute
const day = 24 * hour

let clock: MovableClock
let server: TestServer
let desk: ReturnType<typeof deliveryDesk>
let receiver: TestReceiver
let fin: Connection

beforeEach(async () => {
  clock = stillClock()
  server = await startTestServer({ clock })
  desk = deliveryDesk(server)
  receiver = await startReceiver()
  fin = await connect(server, receiver)
})
afterEach(() => server.stop())

const forget = () => forgetOldDeliveries(server.app.db, 30)

const states = async () =>
  (await desk.list({ integrationId: fin.fin.integrationId })).nodes.map(
    ({ state }: { state: string }) => state,
  )

test('what is finished goes with its attempts when its days are over, and what is not stays', async () => {
  await fin.reply(await fin.conversation())
  await fin.settled('DELIVERED')
  receiver.reply = answers(422)
  await fin.reply(await fin.conversation())
  await fin.settled('DELIVERED', 'PARKED')
  await fin.pause()
  await fin.reply(await fin.conversation())
  await fin.settled('DELIVERED', 'PARKED', 'PENDING')
  clock.advance(30 * day - 60_000)
  await forget()
  expect(await states()).toEqual(['PENDING', 'PARKED', 'DELIVERED'])
  clock.advance(120_000)
  await forget()
  expect(await states()).toEqual(['PENDING'])
  expect(await fin.attempts()).toEqual([])
})

test('when Fin was last reached is known for longer than the delivery, and while it is sent again', async () => {
  await fin.reply(await fin.conversation())
  await fin.settled('DELIVERED')
  const [{ id, finishedAt }] = (await desk.list()).nodes
  expect(await lastWebhookAt()).toBe(finishedAt)
  receiver.reply = answers(500)
  await desk.redeliver(id)
  await receiver.arrival(2)
  await eventually(async () => expect(await fin.attempts()).toHaveLength(2))
  expect(await lastWebhookAt()).toBe(finishedAt)
  receiver.reply = accepted
  clock.advance(5_000)
  await fin.settled('DELIVERED')
  const [again] = (await desk.list()).nodes
  clock.advance(31 * day)
  await forget()
  expect(await states()).toEqual([])
  expect(await lastWebhookAt()).toBe(again.finishedAt)
})

test('one that is sent again at that moment stays', async () => {
  await fin.reply(await fin.conversation())
  await fin.settled('DELIVERED')
  await fin.pause()
  clock.advance(31 * day)
  const [{ id }] = (await desk.list()).nodes
  const somebody = new pg.Client({ connectionString: server.ownerUrl })
  await somebody.connect()
  try {
    await somebody.query('begin')
    await somebody.query(`update delivery set state = 'PENDING', finished_at = null where id = $1`, [
      storedId('Delivery', id),
    ])
    await forget()
    await somebody.query('commit')
  } finally {
    await somebody.end()
  }
  await forget()
  expect(await states()).toEqual(['PENDING'])
})

test('however many there are, all go', async () => {
  await fin.pause()
  await fillDeliveries(server, { integrationId: fin.integrationId, count: 2_500 })
  clock.advance(31 * day)
  await forget()
  expect(await fin.deliveries()).toEqual([])
})

test('a server that is told how long to keep them looks every hour', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const running = movableClock()
  const keeping = await startTestServer({ clock: running, deliveryRetentionDays: 2 })
  try {
    const { integrationId } = await keeping.createFin()
    await fillDeliveries(keeping, {
      integrationId: storedId('FinIntegration', integrationId) ?? '',
      count: 10,
    })
    const count = () => keeping.app.db.prisma.delivery.count()
    // They are one minute old, and two, and so on.
    running.advance(2 * day - 5.5 * minute)
    await vi.advanceTimersByTimeAsync(hour)
    await eventually(async () => expect(await count()).toBeLessThan(10))
    expect(await count()).toBeGreaterThan(0)
    running.advance(hour)
    // A look that is not over yet when the next is due stands for it.
    await eventually(async () => {
      await vi.advanceTimersByTimeAsync(hour)
      expect(await count()).toBe(0)
    })
  } finally {
    await keeping.stop()
  }
})

async function lastWebhookAt(): Promise<string | null> {
  const { finIntegration } = await server.must(
    'query ($id: ID!) { finIntegration(id: $id) { health { lastWebhookAt } } }',
    { id: fin.fin.integrationId },
  )
  return finIntegration.health.lastWebhookAt
}
