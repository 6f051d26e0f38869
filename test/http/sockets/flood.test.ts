import { afterAll, beforeAll, expect, test } from 'vitest'
import { numberEvents } from '../../../src/events/numbering.js'
import { kept } from '../../support/memory.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { type RawSocket, signedIn } from './rawSocket.js'

// Those who are in step are handed what happens several at a time; nobody notices but by the speed.
let server: TestServer
let inboxId: string
/** How many follow the log while nobody subscribes. */
let idle: number

beforeAll(async () => {
  // A socket that stalls answers no ping.
  server = await startTestServer({ sockets: { pingEvery: 600_000 } })
  idle = server.app.tail.listeners.size
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const query = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { cursor ... on MessageAdded { message { seq body conversation { title } } } } }`

const newest = async () => {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor as string
}

const addNote = (id: string, body: string) =>
  server.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id, body },
  )

/** Several at a time, as a flood. */
async function writeNotes(id: string, count: number, bodyOf: (number: number) => string) {
  let written = 0
  const worker = async () => {
    while (written < count) await addNote(id, bodyOf(written++))
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}

async function subscribe(id: string, variables: object): Promise<RawSocket> {
  const raw = await signedIn(server.url, server.token)
  raw.send({ id, type: 'subscribe', payload: { query, variables } })
  return raw
}

async function expectInTurn(raw: RawSocket, id: string, from: number, to: number) {
  let cursor = ''
  for (let seq = from; seq <= to; seq++) {
    const message = await raw.next()
    expect([message.id, message.type, message.payload.data.events.message?.seq]).toEqual([id, 'next', seq])
    cursor = message.payload.data.events.cursor
  }
  return cursor
}

test('each socket gets each event of a flood once and in order, with its own id, wherever it joins', async () => {
  const conversationId = await server.conversation(inboxId)
  const after = await newest()
  const filter = { conversationId }
  const count = 300
  const ids = ['1', '1', '2', '"ü"', 'x'.repeat(36), 'y'.repeat(36), 'z'.repeat(300)]
  const first = await Promise.all(
    ids.map(async (id) => ({ id, raw: await subscribe(id, { after, filter }) })),
  )
  // From a few bytes to more than a frame with a short head has, and more than one for a character.
  const writing = writeNotes(conversationId, count, (number) => 'ß'.repeat(1 + (number % 97)))
  const hearing = first.map(async ({ id, raw }) => expectInTurn(raw, id, 2, count + 1))
  const [leading] = first
  for (let joined = 0; joined < 20; joined++) {
    const raw = await subscribe('again', { after, filter })
    hearing.push(expectInTurn(raw, 'again', 2, count + 1))
  }
  await writing
  const cursors = await Promise.all(hearing)
  expect(new Set(cursors).size).toBe(1)
  // Nothing came twice in the end.
  await addNote(conversationId, 'last')
  for (const { id, raw } of first) await expectInTurn(raw, id, count + 2, count + 2)
  expect(leading?.raw.socket.readyState).toBe(leading?.raw.socket.OPEN)
}, 120_000)

test('whoever is ahead of those in step, having read the log by itself, gets nothing twice', async () => {
  const conversationId = await server.conversation(inboxId)
  const filter = { conversationId }
  const before = await newest()
  await server.conversation(inboxId)
  const { db, tail } = server.app
  await expect.poll(() => tail.listeners.size).toBe(idle)
  const inStep = await subscribe('in step', { after: await newest(), filter })
  await expect.poll(() => tail.listeners.size).toBe(idle + 1)

  const { query: ask } = db
  let isHeld = false
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  db.query = async (statement, values) => {
    if (statement.name.startsWith('conversation.byIds') && !isHeld) {
      isHeld = true
      await released
    }
    return ask(statement, values)
  }
  await addNote(conversationId, 'one')
  await expect.poll(() => isHeld).toBe(true)
  const ahead = await subscribe('ahead', { after: before, filter })
  await expectInTurn(ahead, 'ahead', 2, 2)
  release()
  db.query = ask
  await expectInTurn(inStep, 'in step', 2, 2)
  await addNote(conversationId, 'two')
  for (const [raw, id] of [
    [inStep, 'in step'],
    [ahead, 'ahead'],
  ] as const)
    await expectInTurn(raw, id, 3, 3)
})

test('those that stall in a flood keep little, and read the rest by themselves', async () => {
  const conversationId = await server.conversation(inboxId)
  const variables = { after: await newest(), filter: { conversationId } }
  const stalled = await Promise.all(
    Array.from({ length: 20 }, (_, index) => subscribe(`${index + 10}`, variables)),
  )
  const quick = await subscribe('quick', variables)
  await addNote(conversationId, 'begun')
  for (const raw of [...stalled, quick]) await raw.next()
  for (const { socket } of stalled) socket.pause()
  const before = kept()
  const body = 'x'.repeat(12_000)
  const count = 2_000
  const writing = writeNotes(conversationId, count, () => body)
  await expectInTurn(quick, 'quick', 3, count + 2)
  await writing
  // Kept for each of them it would be 24 MB, of which their connections take some; what is on its way goes by itself.
  await expect.poll(() => kept() - before, { timeout: 20_000 }).toBeLessThan(20)
  for (const { socket } of stalled.slice(1)) socket.terminate()
  const [one] = stalled
  one?.socket.resume()
  await expectInTurn(one as RawSocket, '10', 3, count + 2)
}, 300_000)
