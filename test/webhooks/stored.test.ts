import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transaction } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { newId, storedId } from '../../src/ids.js'
import { storeEach, storeLatest } from '../../src/webhooks/sending/store.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startReceiver } from './receiver.js'
import { connect } from './setup.js'
import { createWebhook } from './webhookSetup.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** An integration's listener and a webhook's, who have heard of nothing, and conversations by stored id. */
async function prepare() {
  const receiver = await startReceiver()
  const { integrationId, conversation } = await connect(server, receiver)
  const ids = [await conversation(), await conversation(), await conversation()]
  const { webhookId } = await createWebhook(server, receiver)
  const { prisma } = server.app.db
  const { id: listenerId } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
  const webhooks = await prisma.listener.findUniqueOrThrow({ where: { webhookId } })
  const fin = { listenerId, integrationId }
  return {
    fin,
    webhookListenerId: webhooks.id,
    conversations: ids.map((id) => storedId('Conversation', id) ?? ''),
    store: (tx: Transaction, conversations: readonly string[], most: number) =>
      storeLatest(tx, fin, new Map(conversations.map((id) => [id, { first: 1, last: 1 }])), most),
  }
}

/** Runs `work` and takes all of it back; nobody else sees it. */
async function tried<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  const box: Result[] = []
  const takenBack = new Error('Taken back.')
  await server.app.db
    .transaction(async (tx) => {
      await tx.query(statement('test.lock', 'select 1 from listener for update'), [])
      box.push(await work(tx))
      throw takenBack
    })
    .catch((error) => {
      if (error !== takenBack) throw error
    })
  return box[0] as Result
}

async function statesOf(tx: Transaction, listenerId: string): Promise<string[]> {
  const rows = await tx.query<{ state: string }>(
    statement(
      'test.states',
      'select state from delivery where listener_id = $1 order by first_position, state',
    ),
    [listenerId],
  )
  return rows.map(({ state }) => state)
}

test('what may go out is claimed as it is stored, as far as there is room', async () => {
  const { fin, conversations, store } = await prepare()
  await tried(async (tx) => {
    const claimed = await store(tx, conversations, 2)
    expect(claimed).toHaveLength(2)
    for (const one of claimed) {
      expect(one).toMatchObject({ ...fin, kind: 'FIN', attemptCount: 1, failures: 0, body: null })
      expect(new Date(one.leaseUntil).getTime()).toBeGreaterThan(Date.now() + 30_000)
      expect(one.dueAt).toBe(tx.now.getTime())
    }
    expect(await statesOf(tx, fin.listenerId)).toEqual(['PENDING', 'IN_FLIGHT', 'IN_FLIGHT'])
  })
})

test('about something that is under way or waits already nothing is claimed, and one waits', async () => {
  const { fin, conversations, store } = await prepare()
  await tried(async (tx) => {
    const [first = '', second = ''] = conversations
    await store(tx, [first], 1)
    await store(tx, [second], 0)
    expect(await store(tx, [first, second], 9)).toEqual([])
    expect(await store(tx, [first, second], 9)).toEqual([])
    expect(await statesOf(tx, fin.listenerId)).toEqual(['PENDING', 'PENDING', 'IN_FLIGHT'])
  })
})

test.each([
  ['is paused', `update fin_integration set state = 'PAUSED'`],
  ['has a fault', `update fin_integration set fault = 'It was refused.'`],
  ['asked for a wait', `update listener set held_until = now() + interval '1 hour'`],
  ['fails', 'update listener set failures = 5'],
])('for a receiver that %s nothing is', async (_, change) => {
  const { fin, conversations, store } = await prepare()
  await tried(async (tx) => {
    await tx.query(statement(`test.${change.length}`, change), [])
    expect(await store(tx, conversations, 9)).toEqual([])
    expect(await statesOf(tx, fin.listenerId)).toEqual(['PENDING', 'PENDING', 'PENDING'])
  })
})

test("of a webhook's the first about each is, and what comes behind it queues", async () => {
  const { conversations, webhookListenerId } = await prepare()
  const [first = '', second = '', third = ''] = conversations
  const event = (subjectId: string, position: number) => ({
    id: newId(),
    subjectId,
    conversationId: subjectId,
    eventType: 'TITLE_CHANGED',
    body: `{"position":${position}}`,
    position,
  })
  const events = [first, second, first, third].map(event)
  await tried(async (tx) => {
    const claimed = await storeEach(tx, webhookListenerId, events, 2)
    expect(claimed).toMatchObject([
      { id: events[0]?.id, kind: 'WEBHOOK', body: '{"position":0}', attemptCount: 1 },
      { id: events[1]?.id, kind: 'WEBHOOK', body: '{"position":1}', attemptCount: 1 },
    ])
    expect(await statesOf(tx, webhookListenerId)).toEqual(['IN_FLIGHT', 'IN_FLIGHT', 'QUEUED', 'PENDING'])
    expect(await storeEach(tx, webhookListenerId, [event(third, 4)], 9)).toEqual([])
    expect((await statesOf(tx, webhookListenerId)).at(-1)).toBe('QUEUED')
  })
})
