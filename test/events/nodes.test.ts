import { tmpdir } from 'node:os'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type RunningServer, startServer } from '../../src/server.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

// What happens on one node reaches the subscribers of another, also when the database forgets to say so.
let here: TestServer
let there: RunningServer
let inboxId: string
let database: pg.Client

beforeAll(async () => {
  here = await startTestServer()
  there = await startServer({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: true,
    filesDir: tmpdir(),
    rateLimit: 1_000_000,
    report: (error) => here.faults.push(error),
    database: { url: here.databaseUrl, poolSize: 2, preparedStatements: true },
  })
  inboxId = await here.inbox()
  database = new pg.Client({ connectionString: here.ownerUrl })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await there.stop()
  await here.stop()
})

const addNote = (id: string, body: string) =>
  here.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) { __typename } }`,
    { id, body },
  )

async function followThere(conversationId: string) {
  const { eventCursor } = await here.must('{ eventCursor }')
  const client = connect(there.url, here.token)
  onTestFinished(async () => {
    await client.dispose()
  })
  return listen(
    client,
    `subscription ($after: EventCursor, $filter: EventFilter) {
      events(after: $after, filter: $filter) { ... on MessageAdded { message { text } } } }`,
    { after: eventCursor, filter: { conversationId } },
  )
}

test('each change arrives once, in order', async () => {
  const id = await here.conversation(inboxId)
  const stream = await followThere(id)
  const notes = Array.from({ length: 20 }, (_, number) => `note ${number}`)
  for (const note of notes) await addNote(id, note)
  const seen = await stream.until(({ events }) => events.message?.text === notes.at(-1))
  expect(
    seen.flatMap(({ events }) => events.message?.text ?? []).filter((text) => text.startsWith('note')),
  ).toEqual(notes)
})

test('also when the connections that hear of changes are cut, again and again', async () => {
  const id = await here.conversation(inboxId)
  const stream = await followThere(id)
  for (let number = 0; number < 5; number++) {
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'graphdesk listen'`,
    )
    await addNote(id, `note ${number}`)
    await stream.until(({ events }) => events.message?.text === `note ${number}`)
  }
  for (const fault of here.faults.splice(0))
    expect(fault.message).toMatch(/terminat|Connection|ECONNRESET|EPIPE/)
})

test('also when nothing is heard at all', async () => {
  const id = await here.conversation(inboxId)
  await there.app.listening.stop()
  const stream = await followThere(id)
  await addNote(id, 'found by looking')
  await stream.until(({ events }) => events.message?.text === 'found by looking')
})
