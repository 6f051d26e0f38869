import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from './receiver.js'
import { connect, startAnotherNode } from './setup.js'
import { createWebhook } from './webhookSetup.js'

const clock = stillClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

test('an outage costs one delivery at a time, of all nodes, ever later; then everything goes out at once', {
  timeout: 120_000,
}, async () => {
  await startAnotherNode(server, clock)
  const receiver = await startReceiver(answers(500))
  const { conversation, reply, integrationId, deliveries, attempts } = await connect(server, receiver)
  const { prisma } = server.app.db
  const listener = () => prisma.listener.findUniqueOrThrow({ where: { integrationId } })
  const tried = async () => (await attempts()).length
  const conversations = 30
  for (let count = 0; count < conversations; count++) await reply(await conversation())
  await eventually(async () => {
    expect((await listener()).failures).toBe(5)
    expect((await deliveries()).filter(({ state }) => state === 'IN_FLIGHT')).toEqual([])
    expect(await deliveries()).toHaveLength(conversations)
  })
  // Two nodes had as many under way as they may.
  const before = await tried()
  expect(before).toBeLessThanOrEqual(conversations)

  for (const [probe, atMost] of [5, 10, 20, 40, 60, 60].entries()) {
    const { probeAt, failures } = await listener()
    expect(failures).toBe(5 + probe)
    const wait = Number(probeAt) - clock.now().getTime()
    expect(wait).toBeLessThanOrEqual(atMost * 1_000)
    clock.advance(wait - 2_000)
    expect(await tried()).toBe(before + probe)
    // Where all have been tried, the first of them may be due a little later.
    const due = Math.min(...(await deliveries()).map(({ nextAttemptAt }) => Number(nextAttemptAt)))
    clock.advance(Math.max(2_000, due - clock.now().getTime()))
    await eventually(async () => expect((await listener()).failures).toBe(6 + probe))
    expect(await tried()).toBe(before + probe + 1)
  }

  receiver.reply = accepted
  clock.advance(60_000)
  await eventually(async () => {
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array(conversations).fill('DELIVERED'))
  })
  expect(await listener()).toMatchObject({ failures: 0, probeAt: null })
})

test('a receiver that comes back is not overrun: it gets one more for each that it takes', {
  timeout: 120_000,
}, async () => {
  const receiver = await startReceiver(answers(500))
  const { conversation, reply, deliveries, integrationId } = await connect(server, receiver)
  for (let count = 0; count < 40; count++) await reply(await conversation())
  const { prisma } = server.app.db
  const underWay = async () => (await deliveries()).filter(({ state }) => state === 'IN_FLIGHT').length
  await eventually(async () => {
    const { failures } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
    expect(failures).toBeGreaterThanOrEqual(5)
    expect(await underWay()).toBe(0)
    expect(await deliveries()).toHaveLength(40)
  })
  const held: (() => void)[] = []
  receiver.reply = (_, response) => held.push(() => response.writeHead(200).end())
  let taken = receiver.received.length
  const before = taken
  clock.advance(60_000)
  for (const width of [1, 2, 4, 8]) {
    await receiver.arrival(taken + width)
    // All that there is room for is claimed at once.
    expect(await underWay()).toBe(width)
    taken += width
    for (const answer of held.splice(0)) answer()
    await eventually(async () => {
      const done = (await deliveries()).filter(({ state }) => state === 'DELIVERED')
      expect(done.length).toBeGreaterThanOrEqual(taken - before)
    })
  }
  receiver.reply = accepted
  for (const answer of held.splice(0)) answer()
  await eventually(async () => {
    for (const answer of held.splice(0)) answer()
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array(40).fill('DELIVERED'))
  })
})

test('what has failed for long goes out as soon as its receiver takes another', async () => {
  const receiver = await startReceiver(answers(500))
  const { conversation, reply, settled, attempts, deliveries } = await connect(server, receiver)
  await reply(await conversation())
  for (let attempt = 1; attempt <= 5; attempt++) {
    await eventually(async () => expect(await attempts()).toHaveLength(attempt))
    const [waiting] = await settled('PENDING')
    if (attempt < 5) clock.advance(Number(waiting?.nextAttemptAt) - clock.now().getTime())
  }
  const wait = async () => Number((await deliveries())[0]?.nextAttemptAt) - clock.now().getTime()
  expect(await wait()).toBeGreaterThan(40 * 60_000)
  receiver.reply = accepted
  await reply(await conversation())
  clock.advance(5_000)
  await settled('DELIVERED', 'DELIVERED')
})

test('a receiver that asks to wait is sent nothing at all until then', async () => {
  const receiver = await startReceiver(answers(429, { 'retry-after': '600' }))
  const { conversation, reply, heard, settled, integrationId } = await connect(server, receiver)
  const { prisma } = server.app.db
  await reply(await conversation())
  await receiver.arrival(1)
  await eventually(async () => {
    const { heldUntil } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
    expect(Number(heldUntil)).toBeGreaterThan(clock.now().getTime() + 590_000)
  })
  await reply(await conversation())
  await reply(await conversation())
  await heard()
  const elsewhere = await startReceiver()
  const other = await connect(server, elsewhere)
  await other.known()
  expect(receiver.received).toHaveLength(1)
  receiver.reply = accepted
  clock.advance(600_000)
  await settled('DELIVERED', 'DELIVERED', 'DELIVERED')
})

test('after a wait that it asked for, a receiver is asked by one delivery, and the others follow when it takes that', {
  timeout: 120_000,
}, async () => {
  const asksToWait = answers(429, { 'retry-after': '600' })
  const receiver = await startReceiver(asksToWait)
  const { conversation, reply, deliveries, integrationId } = await connect(server, receiver)
  const { prisma } = server.app.db
  const isHeld = () =>
    eventually(async () => {
      const { heldUntil } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
      expect(Number(heldUntil)).toBeGreaterThan(clock.now().getTime() + 590_000)
      expect((await deliveries()).filter(({ state }) => state === 'IN_FLIGHT')).toEqual([])
      expect(await deliveries()).toHaveLength(20)
    })
  for (let count = 0; count < 20; count++) await reply(await conversation())
  await isHeld()
  const elsewhere = await startReceiver()
  const other = await connect(server, elsewhere)
  const before = receiver.received.length

  // However long it takes to record what it said.
  const writer = new pg.Client({ connectionString: server.ownerUrl })
  await writer.connect()
  onTestFinished(() => writer.end())
  receiver.reply = async (...exchange) => {
    await writer.query('begin')
    await writer.query('select from listener where integration_id = $1 for no key update', [integrationId])
    await asksToWait(...exchange)
  }
  clock.advance(600_000)
  await receiver.arrival(before + 1)
  for (let count = 1; count <= 5; count++) {
    await other.reply(await other.conversation())
    await elsewhere.arrival(count)
  }
  expect(receiver.received).toHaveLength(before + 1)
  await writer.query('commit')
  await isHeld()

  receiver.reply = accepted
  clock.advance(600_000)
  await eventually(async () => {
    expect((await deliveries()).map(({ state }) => state)).toEqual(Array(20).fill('DELIVERED'))
  })
  expect(receiver.received).toHaveLength(before + 1 + 20)
})

test('after three days of failures a delivery is given up, and the next change is sent', async () => {
  const receiver = await startReceiver(answers(503))
  const { conversation, reply, settled, attempts, deliveries, integrationId } = await connect(
    server,
    receiver,
  )
  const { prisma } = server.app.db
  const id = await conversation()
  const began = clock.now().getTime()
  await reply(id)
  for (let attempt = 1; attempt <= 11; attempt++) {
    await eventually(async () => expect(await attempts()).toHaveLength(attempt))
    const { probeAt } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
    const [{ nextAttemptAt } = { nextAttemptAt: null }] = await deliveries()
    clock.advance(Math.max(Number(nextAttemptAt), Number(probeAt)) - clock.now().getTime())
  }
  await settled('PARKED')
  const days = (clock.now().getTime() - began) / (24 * 60 * 60 * 1_000)
  expect(days).toBeGreaterThan(2.3)
  expect(days).toBeLessThan(3.5)
  receiver.reply = accepted
  clock.advance(60_000)
  await reply(id)
  await settled('PARKED', 'DELIVERED')
})

test('one that is refused for what it says does not speak against its receiver', async () => {
  const receiver = await startReceiver(answers(422))
  const { conversation, reply, settled, integrationId } = await connect(server, receiver)
  for (let count = 0; count < 8; count++) await reply(await conversation())
  await settled(...Array(8).fill('PARKED'))
  const { prisma } = server.app.db
  expect(await prisma.listener.findUnique({ where: { integrationId } })).toMatchObject({ failures: 0 })
})

test('a person who resumes a receiver has what waits sent at once', async () => {
  const receiver = await startReceiver(answers(500))
  const inboxId = await server.inbox()
  const { act, settled } = await createWebhook(server, receiver)
  for (let count = 0; count < 6; count++) await server.conversation(inboxId)
  const { prisma } = server.app.db
  await eventually(async () => {
    const rows = await settled(...Array(6).fill('PENDING'))
    expect(rows.filter(({ attemptCount }) => attemptCount > 0).length).toBeGreaterThanOrEqual(5)
    expect(await prisma.listener.findMany({ where: { failures: { gte: 5 } } })).not.toEqual([])
  })
  receiver.reply = accepted
  await act('resumeWebhook')
  await settled(...Array(6).fill('DELIVERED'))
})
