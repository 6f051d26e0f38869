import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openApp } from '../../src/app.js'
import { updateConversation } from '../../src/conversation/update.js'
import { numberEvents } from '../../src/events/numbering.js'
import { newestPosition } from '../../src/events/read.js'
import { publicId } from '../../src/ids.js'
import { receiveMessage } from '../../src/message/receive.js'
import { reply } from '../../src/message/reply.js'
import { type MovableClock, movableClock } from '../support/clock.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { eventually } from '../support/eventually.js'
import { dropOldFeed, moveLog } from '../support/feed.js'
import { prepare, startNode } from './inProcess.js'
import { startReceiver, type TestReceiver } from './receiver.js'

const hour = 60 * 60 * 1_000
const day = 24 * hour

let clock: MovableClock
let database: TestDatabase
let app: Awaited<ReturnType<typeof openApp>>
let faults: Error[]
let receiver: TestReceiver
const report = (error: Error) => faults.push(error)

beforeEach(async () => {
  faults = []
  clock = movableClock()
  database = await createDatabase()
  app = await openNode()
  receiver = await startReceiver()
})
afterEach(async () => {
  await app.close()
  await database.drop()
})

const openNode = () =>
  openApp({
    clock,
    database: { url: database.appUrl, poolSize: 4, preparedStatements: true },
    filesDir: tmpdir(),
    secretKey: 'a secret key for tests',
    publicUrl: () => 'http://localhost',
    report,
  })

test('a listener whose place expired makes one delivery per conversation that changed since, whatever nodes there are', async () => {
  // Just before the feed's second part; what has happened until the jump below is in the first.
  await moveLog(app.db, 999_900)
  const owed = await changesWhileNobodyListens()
  await moveLog(app.db, 1_000_100)
  await owed.say(owed.late)
  clock.advance(29 * day)
  await dropOldFeed(app.db)

  const other = await openNode()
  const nodes = await Promise.all([startNode(app, { report }), startNode(other, { report })])
  await receiver.arrival(owed.expected.length)
  await owed.listenerAtEnd()
  expect(told().sort()).toEqual(owed.expected)
  const log = await app.db.prisma.integrationLog.findMany()
  expect(log).toMatchObject([{ kind: 'GAP', times: 1, detail: expect.stringMatching(/had expired.*: 3\.$/) }])
  expect(faults.splice(0)).toMatchObject([{ message: expect.stringContaining('EXPIRED') }])

  await owed.say(owed.again)
  await receiver.arrival(owed.expected.length + 1)
  expect(told().at(-1)).toBe(publicId('Conversation', owed.again))
  for (const node of nodes) await node.stop()
  await other.close()
})

test.each([
  ['ahead of the log', 'AHEAD', `update listener set position = 5000`],
  ['of another log', 'FOREIGN', `update listener set log = 'otherother'`],
])('a listener whose place is %s does the same', async (_, reason, move) => {
  const owed = await changesWhileNobodyListens()
  await owed.say(owed.late)
  await sql(move)
  const node = await startNode(app, { report })
  await receiver.arrival(owed.expected.length)
  await owed.listenerAtEnd()
  expect(told().sort()).toEqual(owed.expected)
  expect(faults.splice(0)).toMatchObject([{ message: expect.stringContaining(reason) }])
  await node.stop()
})

test('a listener of which nothing is known tells Fin of every conversation that others have changed', async () => {
  const owed = await changesWhileNobodyListens()
  await sql(`update listener set log = 'otherother', last_event_id = null`)
  const node = await startNode(app, { report })
  await receiver.arrival(4)
  await owed.listenerAtEnd()
  const before = publicId('Conversation', owed.before)
  expect(told()[0]).toBe(before)
  expect(
    told()
      .slice(1)
      .filter((id) => id === before),
  ).toHaveLength(1)
  expect(faults.splice(0)).toHaveLength(1)
  await node.stop()
})

/** One conversation that Fin was told of and, an hour later, others that changed while no node ran. */
async function changesWhileNobodyListens() {
  const { db } = app
  const { fin, human, integrationId, conversation, conversationId: before } = await prepare(app, receiver.url)
  const [again, retitled, late, quiet, own] = await Promise.all(Array.from({ length: 5 }, conversation))
  if (!again || !retitled || !late || !quiet || !own) throw new Error('Conversations are missing.')
  const hearFin = () =>
    receiveMessage(db, fin, { conversationId: own, author: 'FIN', body: '<p>I am Fin</p>' })
  async function say(conversationId: string) {
    await reply(db, human, { conversationId, body: '<p>An answer</p>' })
    await numberEvents(db)
  }

  const node = await startNode(app, { report })
  await say(before)
  await receiver.arrival(1)
  clock.advance(hour)
  await hearFin()
  await numberEvents(db)
  await listenerAtEnd()
  await node.stop()

  await say(again)
  await say(again)
  await updateConversation(db, human, { conversationId: retitled, title: 'Another' })
  await updateConversation(db, human, { conversationId: quiet, priority: 'HIGH' })
  await hearFin()
  await numberEvents(db)
  const expected = [before, again, retitled, late].map((id) => publicId('Conversation', id)).sort()
  async function listenerAtEnd() {
    await eventually(async () => {
      const { position } = await db.prisma.listener.findUniqueOrThrow({ where: { integrationId } })
      expect(Number(position)).toBe(await newestPosition(db))
      const deliveries = await db.prisma.delivery.findMany()
      expect(deliveries.map(({ state }) => state)).toEqual(deliveries.map(() => 'DELIVERED'))
    })
  }
  return { before, again, late, say, expected, listenerAtEnd }
}

const told = () => receiver.received.map(({ body }) => body.conversation_id as string)

const sql = (text: string) => app.db.pool.query(text)
