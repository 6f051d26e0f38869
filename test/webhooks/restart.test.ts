import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/app.js'
import { numberEvents } from '../../src/events/numbering.js'
import { publicId } from '../../src/ids.js'
import { reply } from '../../src/message/reply.js'
import type { Documents } from '../../src/webhooks/listeners/webhookHearing.js'
import { eventually } from '../support/eventually.js'
import { openTestApp, prepare, startNode, type TestApp } from './inProcess.js'
import { startReceiver } from './receiver.js'

let opened: TestApp
let app: App
let faults: Error[]
const start = (change?: (usual: Documents) => Partial<Documents>) =>
  startNode(app, { change, report: opened.report })

beforeAll(async () => {
  opened = await openTestApp(2)
  app = opened.app
  faults = opened.faults
})
afterAll(() => opened.close())

test('what happens while no node runs is told by the next one, once', async () => {
  const receiver = await startReceiver()
  const { human, conversationId } = await prepare(app, receiver.url)
  const say = () => reply(app.db, human, { conversationId, body: '<p>An answer</p>' })

  const first = await start()
  await say()
  await receiver.arrival(1)
  await first.stop()
  await say()
  await say()
  await numberEvents(app.db)
  const second = await start()
  await receiver.arrival(2)
  await second.stop()
  expect(receiver.received.map(({ body }) => body.conversation_id)).toEqual(
    Array(2).fill(publicId('Conversation', conversationId)),
  )
  expect(faults).toEqual([])
})

test('a stream that breaks is taken up again where it was', async () => {
  const receiver = await startReceiver()
  const { human, conversationId } = await prepare(app, receiver.url)
  // Once for each listener, so that this one's breaks too.
  let breaks = await app.db.prisma.listener.count()
  const webhooks = await start((usual) => ({
    async follow(following) {
      if (breaks-- > 0) throw new Error('The stream broke.')
      return usual.follow(following)
    },
  }))
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  await webhooks.stop()
  for (const { message } of faults.splice(0)) expect(message).toBe('The stream broke.')
})

test('stopping waits for the answer that is under way', async () => {
  let answer = () => {}
  const receiver = await startReceiver((_, response) => {
    answer = () => response.writeHead(202).end()
  })
  const { human, conversationId, integrationId } = await prepare(app, receiver.url)
  const webhooks = await start()
  await reply(app.db, human, { conversationId, body: '<p>An answer</p>' })
  await receiver.arrival(1)
  const stopped = webhooks.stop()
  answer()
  await stopped
  expect(await app.db.prisma.delivery.findMany({ where: { integrationId } })).toMatchObject([
    { state: 'DELIVERED', attemptCount: 1 },
  ])
})

test('a node that stops puts back what it has claimed and not sent', { timeout: 120_000 }, async () => {
  const [taken, held] = [40, 32]
  const sent = taken + held
  const answers: (() => void)[] = []
  const receiver = await startReceiver((_, response) => {
    const answer = () => response.writeHead(202).end()
    if (receiver.received.length <= taken) answer()
    else answers.push(answer)
  })
  const { human, conversation, integrationId } = await prepare(app, receiver.url)
  for (let count = 0; count < 100; count++) {
    await reply(app.db, human, { conversationId: await conversation(), body: '<p>An answer</p>' })
  }
  await numberEvents(app.db)
  // Its listener is not quick to stop.
  const other = await prepare(app, receiver.url)
  let heldUp = () => {}
  const isHeldUp = new Promise<void>((resolve) => {
    heldUp = resolve
  })
  let goOn = () => {}
  const holdUp = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const webhooks = await start((usual) => ({
    async follow(following) {
      const { first } = following
      if (first.kind === 'INTEGRATION' && first.integrationId === other.integrationId) {
        heldUp()
        await holdUp
      }
      return usual.follow(following)
    },
  }))
  await isHeldUp
  await receiver.arrival(sent)
  const stored = () => app.db.prisma.delivery.count({ where: { integrationId } })
  await eventually(async () => expect(await stored()).toBe(100))
  const stopped = webhooks.stop()
  for (const answer of answers) answer()
  const delivered = { integrationId, state: 'DELIVERED', attemptCount: 1 } as const
  await eventually(async () =>
    expect(await app.db.prisma.delivery.count({ where: delivered })).toBeGreaterThanOrEqual(sent),
  )
  goOn()
  await stopped
  expect(receiver.received).toHaveLength(sent)
  const all = await app.db.prisma.delivery.groupBy({
    by: ['state', 'attemptCount'],
    where: { integrationId },
    _count: true,
    orderBy: { state: 'asc' },
  })
  expect(all).toEqual([
    { state: 'PENDING', attemptCount: 0, _count: 100 - sent },
    { state: 'DELIVERED', attemptCount: 1, _count: sent },
  ])
  expect(faults).toEqual([])
})
