import { tmpdir } from 'node:os'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventCursor } from '../../src/events/cursor.js'
import { type RunningServer, startServer } from '../../src/server.js'
import { type MovableClock, movableClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { dumpAndRestore, type RestoredDatabase } from '../support/restore.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect as connectSocket, listen } from '../support/socket.js'
import { startReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'

let clock: MovableClock
let server: TestServer
let database: RestoredDatabase | undefined
let restored: RunningServer | undefined
const faults: Error[] = []

beforeAll(async () => {
  clock = movableClock()
  server = await startTestServer({ clock })
})
afterAll(async () => {
  await restored?.stop()
  await database?.stop()
})

test('after a dump and restore into a new cluster every cursor gives a Resync, and Fin is told of what it was not told before', async () => {
  const receiver = await startReceiver()
  const { fin, human, integrationId, conversation, reply, settled, heard } = await connect(server, receiver)
  const toldBefore = await conversation()
  await reply(toldBefore)
  await settled('DELIVERED')
  clock.advance(60 * 60 * 1_000)
  const [owed, opened] = [await conversation(), await conversation()]
  await heard()
  const stored = await listenerAtEnd()

  // From here on the listener cannot move: the dump has events that it owes Fin.
  const lock = new pg.Client({ connectionString: server.ownerUrl })
  await lock.connect()
  await lock.query('begin')
  await lock.query('select 1 from listener for update')
  await reply(owed)
  await eventually(async () => {
    expect(await server.app.db.prisma.eventPending.count()).toBe(0)
  })
  const { eventCursor: last } = await server.must('{ eventCursor }')
  database = await dumpAndRestore(server.ownerUrl)
  const copied = await server.app.db.prisma.event.count()
  await lock.end()
  const { log } = server.app
  await server.stop()
  receiver.received.length = 0

  restored = await startServer({
    clock,
    host: '127.0.0.1',
    port: 0,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: true,
    filesDir: tmpdir(),
    rateLimit: 1_000_000,
    report: (error) => faults.push(error),
    database: { url: database.appUrl, poolSize: 2, preparedStatements: true },
  })
  const { db } = restored.app
  expect(await db.prisma.event.count()).toBe(copied)

  const client = connectSocket(restored.url, human.token)
  for (const after of [eventCursor(log, 0), eventCursor(log, stored), last]) {
    const found = await listen(client, page, { after }).next()
    expect(found.events.nodes).toMatchObject([{ __typename: 'Resync', reason: 'FOREIGN' }])
    const stream = listen(client, subscription, { after })
    expect((await stream.next()).events).toMatchObject({ __typename: 'Resync', reason: 'FOREIGN' })
    stream.stop()
  }

  await receiver.arrival(1)
  await eventually(async () => {
    const deliveries = await db.prisma.delivery.findMany({ where: { integrationId } })
    expect(deliveries.map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED'])
  })
  expect(receiver.received.map(({ body }) => body.conversation_id)).toEqual([owed])
  const { data } = await graphql(
    server.token,
    `{ finIntegration(id: "${fin.integrationId}") { log { kind } } }`,
  )
  expect(data.finIntegration.log).toEqual([{ kind: 'GAP' }])
  expect(faults.splice(0)).toMatchObject([{ message: expect.stringContaining('FOREIGN') }])

  // From the Resync on it is one log again.
  const stream = listen(client, subscription, { after: last })
  await stream.next()
  await graphql(
    human.token,
    `mutation { replyToConversation(input: { conversationId: "${opened}", body: "Live" }) { __typename } }`,
  )
  expect((await stream.next()).events.conversation).toEqual({ id: opened })
  expect((await receiver.arrival(2)).body.conversation_id).toBe(opened)
  await client.dispose()

  async function listenerAtEnd() {
    return eventually(async () => {
      const { position } = await server.app.db.prisma.listener.findUniqueOrThrow({ where: { integrationId } })
      expect(Number(position)).toBe(server.app.tail.position)
      return Number(position)
    })
  }
}, 180_000)

const events = '__typename ... on Resync { reason } conversation { id }'
const page = `query ($after: EventCursor) { events(after: $after) { nodes { ${events} } } }`
const subscription = `subscription ($after: EventCursor) { events(after: $after) { ${events} } }`

async function graphql(token: string, query: string) {
  const response = await fetch(`${restored?.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  })
  return response.json()
}
