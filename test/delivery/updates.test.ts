import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId, publicId, storedId } from '../../src/ids.js'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect as connectSocket, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'
import { accepted, answers, startReceiver, type TestReceiver } from '../webhooks/receiver.js'
import { connect } from '../webhooks/setup.js'
import { deliveryDesk } from './desk.js'

let server: TestServer
let desk: ReturnType<typeof deliveryDesk>
let receiver: TestReceiver
/** Names of the statements of the node's own looking. */
let looks: string[]
let begun = () => {}
let open: (() => unknown)[] = []

beforeAll(async () => {
  // What failed is not tried again by itself, however long it takes until that is told.
  server = await startTestServer({ clock: stillClock() })
  desk = deliveryDesk(server)
  const { background, deliveries } = server.app
  const { query } = background
  background.query = (statement, values) => {
    looks.push(statement.name)
    return query<never>(statement, values)
  }
  const { watch } = deliveries
  deliveries.watch = async (listener) => {
    const end = await watch(listener)
    begun()
    return end
  }
})
beforeEach(async () => {
  receiver = await startReceiver()
  looks = []
})
afterEach(async () => {
  for (const close of open) await close()
  open = []
})
afterAll(() => server.stop())

const document = `subscription ($filter: DeliveryFilter) { deliveryUpdated(filter: $filter) {
  id state attemptCount integration { id } conversation { id } attempts { statusCode } } }`

function start(filter: object, token: string | null = server.token) {
  const client = connectSocket(server.url, token)
  open.push(() => client.dispose())
  return listen(client, document, { filter })
}

/** Returns once it has begun. */
async function watch(filter: object, token = server.token, by: typeof start = start) {
  const beginning = new Promise<void>((resolve) => {
    begun = resolve
  })
  const stream = by(filter, token)
  await beginning
  return async () => (await stream.next()).deliveryUpdated
}

function startSse(filter: object, token: string | null = server.token) {
  const stream = listenSse(server.url, token, document, { filter })
  open.push(stream.stop)
  return stream as ReturnType<typeof start>
}

test.each([
  ['over WebSocket', start],
  ['over SSE', startSse],
])('%s a delivery is told when it is made and after each attempt', async (_, by) => {
  const { fin, conversation, reply } = await connect(server, receiver)
  const next = await watch({ integrationId: fin.integrationId }, server.token, by)
  let answer = (_status: number) => {}
  receiver.reply = (_, response) => {
    answer = (status) => response.writeHead(status).end()
  }
  const conversationId = await conversation()
  await reply(conversationId)
  const made = await next()
  expect(made).toMatchObject({
    integration: { id: fin.integrationId },
    conversation: { id: conversationId },
    attempts: [],
  })
  await receiver.arrival(1)
  answer(500)
  expect(await next()).toMatchObject({ id: made.id, state: 'PENDING', attempts: [{ statusCode: 500 }] })
  receiver.reply = accepted
  await desk.redeliver(made.id)
  expect(await next()).toMatchObject({
    id: made.id,
    state: 'DELIVERED',
    attempts: [{ statusCode: 202 }, { statusCode: 500 }],
  })
})

test('it begins with now, and has what the filter shows', async () => {
  receiver.reply = answers(422)
  const one = await connect(server, receiver)
  await one.reply(await one.conversation())
  await one.settled('PARKED')
  const other = await connect(server, receiver)
  const next = await watch({ integrationId: one.fin.integrationId, states: ['PARKED'] })
  await other.reply(await other.conversation())
  await other.settled('PARKED')
  receiver.reply = accepted
  await one.reply(await one.conversation())
  await one.settled('PARKED', 'DELIVERED')
  receiver.reply = answers(422)
  const id = await one.conversation()
  await one.reply(id)
  expect(await next()).toMatchObject({ state: 'PARKED', conversation: { id } })
})

test('it begins with now also where others watch already', async () => {
  const { fin, conversation, reply, pause, heard } = await connect(server, receiver)
  await pause()
  const filter = { integrationId: fin.integrationId }
  const first = await watch(filter)
  const [one, other] = [await conversation(), await conversation()]
  await reply(one)
  await heard()
  const second = await watch(filter)
  await reply(other)
  expect(await second()).toMatchObject({ conversation: { id: other } })
  expect(await first()).toMatchObject({ conversation: { id: one } })
  expect(await first()).toMatchObject({ conversation: { id: other } })
})

test('what is committed late is told, and nothing twice', async () => {
  const { fin, integrationId, conversation, reply, pause } = await connect(server, receiver)
  await pause()
  const [first, second] = [await conversation(), await conversation()]
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  open.push(() => owner.end())
  const late = newId()
  await owner.query('begin')
  await owner.query(
    `insert into delivery (id, listener_id, integration_id, subject_id, first_position, last_position)
     select $1::uuid, l.id, l.integration_id, $1::uuid, 1, 1 from listener l where l.integration_id = $2`,
    [late, integrationId],
  )
  const next = await watch({ integrationId: fin.integrationId })
  await reply(first)
  expect(await next()).toMatchObject({ conversation: { id: first } })
  await owner.query('commit')
  expect(await next()).toMatchObject({ id: publicId('Delivery', late) })
  await reply(second)
  expect(await next()).toMatchObject({ conversation: { id: second } })
})

test('all who watch share one look', async () => {
  const { fin, conversation, reply, pause } = await connect(server, receiver)
  await pause()
  const filters = [{ integrationId: fin.integrationId }, { states: ['PENDING'] }, {}]
  const streams = []
  for (const filter of filters) streams.push(await watch(filter))
  looks = []
  const id = await conversation()
  await reply(id)
  for (const next of streams) expect(await next()).toMatchObject({ conversation: { id } })
  expect(looks.filter((name) => name === 'delivery.known')).toHaveLength(1)
})

test('agents and nobody are refused, and a filter that names nothing', async () => {
  const { token } = await server.agent('Ann', [await server.inbox()])
  await expect(start({}, token).next()).rejects.toThrow('FORBIDDEN')
  await expect(start({}, null).next()).rejects.toThrow('UNAUTHENTICATED')
  await expect(start({ conversationId: 'conv_unknown' }).next()).rejects.toThrow('NOT_FOUND')
})

test('the stream of one who is no admin any more ends', async () => {
  const { fin, conversation, reply, pause } = await connect(server, receiver)
  await pause()
  const { id, token } = await server.agent('Bea', [fin.inboxId])
  const setRole = async (role: string) => {
    await server.app.db.pool.query('update agent set role = $1::"AgentRole" where id = $2', [
      role,
      storedId('Agent', id),
    ])
    server.app.principals.forget()
  }
  await setRole('ADMIN')
  const next = await watch({ integrationId: fin.integrationId }, token, startSse)
  await reply(await conversation())
  await next()
  await setRole('AGENT')
  await reply(await conversation())
  await expect(next()).rejects.toThrow('ended')
})

test('what happens while nobody watches is not told to those who come later', async () => {
  const { fin, conversation, reply, pause } = await connect(server, receiver)
  await pause()
  await watch({ integrationId: fin.integrationId })
  for (const close of open.splice(0)) await close()
  await reply(await conversation())
  await eventually(async () =>
    expect((await desk.list({ integrationId: fin.integrationId })).nodes).toHaveLength(1),
  )
  const next = await watch({ integrationId: fin.integrationId })
  const id = await conversation()
  await reply(id)
  expect(await next()).toMatchObject({ conversation: { id } })
})
