import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { lockConversation } from '../../src/conversation/lock.js'
import { saveConversation } from '../../src/conversation/save.js'
import type { Transaction } from '../../src/database/database.js'
import { numberEvents } from '../../src/events/numbering.js'
import { newestPosition, readEvents } from '../../src/events/read.js'
import { storedId } from '../../src/ids.js'
import { recordStatements } from '../plans/statements.js'
import { createDatabase } from '../support/database.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer({ database: { poolSize: 12 } })
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const stored = (type: 'Conversation' | 'Inbox', id: string) => storedId(type, id) ?? ''

test('200 writers at once wait for no writer that stays open, here or in another database', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => server.conversation(inboxId)))
  const held = await server.conversation(inboxId)
  const other = await createDatabase()
  onTestFinished(() => other.drop())
  const here = await openWriter(server.databaseUrl, held)
  const elsewhere = await openWriter(other.appUrl)

  const client = connect(server.url, server.token)
  await numberEvents(server.app.db)
  const { eventCursor: after } = await server.must('{ eventCursor }')
  const stream = listen(
    client,
    'subscription ($after: EventCursor) { events(after: $after) { cursor revision conversation { id } } }',
    { after },
  )
  await Promise.all(Array.from({ length: 200 }, (_, n) => addNote(ids[n % ids.length] ?? '', `note ${n}`)))
  const seen: { cursor: string; revision: number; conversation: { id: string } }[] = []
  while (seen.length < 200) seen.push((await stream.next()).events)

  expect(new Set(seen.map(({ cursor }) => cursor)).size).toBe(200)
  for (const id of ids) {
    const revisions = seen
      .filter(({ conversation }) => conversation.id === id)
      .map(({ revision }) => revision)
    expect(revisions).toEqual(Array.from({ length: 10 }, (_, n) => n + 3))
  }
  await here.commit()
  expect((await stream.next()).events).toMatchObject({ revision: 99, conversation: { id: held } })
  await elsewhere.commit()
  await client.dispose()
})

type Step =
  | { do: 'write'; writer: number; conversation: number }
  | { do: 'commit' | 'rollback'; writer: number }
  | { do: 'number' }

const writers = 4
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: write() },
    { weight: 2, arbitrary: end('commit') },
    { weight: 1, arbitrary: end('rollback') },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'number' }) },
  ),
  { minLength: 5, maxLength: 40 },
)

test('more events than one statement takes get their positions in the order of their ids', async () => {
  const { db } = server.app
  await numberEvents(db)
  const start = await newestPosition(db)
  const recorder = recordStatements()
  await db.pool.query(
    `with e as (insert into event (type, inbox_id, actor_kind, origin)
       select 'TITLE_CHANGED', $1::uuid, 'SYSTEM', 'SYSTEM' from generate_series(1, 25000) returning id)
     insert into event_pending (event_id) select id from e`,
    [stored('Inbox', inboxId)],
  )
  // By the server alone: a second one that numbers waits for its turn no longer than 3 s.
  await expect.poll(async () => (await db.pool.query('select from event_pending limit 1')).rowCount).toBe(0)
  recorder.stop()
  const { rows } = await db.pool.query(
    `select count(*)::int as events, count(*) filter (where event_id > before)::int as later
       from (select event_id, lag(event_id, 1, 0::bigint) over (order by position) as before
               from event_feed where position > $1) f`,
    [start],
  )
  expect(rows).toEqual([{ events: 25_000, later: 25_000 }])
  expect(recorder.issued.filter(({ name }) => name === 'events.number').length).toBeGreaterThan(2)
})

test('whatever writers, rollbacks and nodes that number do: each committed event once, in order, and nothing is ever put before what was read', async () => {
  const { db } = server.app
  const ids = await Promise.all(Array.from({ length: 3 }, () => server.conversation(inboxId)))
  const conversations = ids.map((id) => stored('Conversation', id))
  const system = { kind: 'SYSTEM', inboxIds: [stored('Inbox', inboxId)] } as const
  let title = 0

  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      await numberEvents(db)
      const start = await newestPosition(db)
      const open = new Map<number, OpenTransaction>()
      const heldBy = new Map<number, number>()
      const committed: string[][] = conversations.map(() => [])
      const read: string[] = []
      let position = start

      async function finish(writer: number, how: 'commit' | 'rollback') {
        const transaction = open.get(writer)
        if (!transaction) return
        await transaction[how]()
        open.delete(writer)
        for (const [conversation, by] of heldBy) if (by === writer) heldBy.delete(conversation)
        if (how === 'rollback') return
        for (const { conversation, event } of transaction.written) committed[conversation]?.push(event)
      }

      async function look() {
        for (const event of await readEvents(db, position, 1_000)) {
          expect(event.position).toBe(position + 1)
          position = event.position
          read.push(`${event.conversationId} ${event.revision}`)
        }
      }

      for (const step of sequence) {
        if (step.do === 'number') {
          await Promise.all([numberEvents(db), numberEvents(db)])
          await look()
        } else if (step.do === 'write') {
          const { writer, conversation } = step
          if ((heldBy.get(conversation) ?? writer) !== writer) continue
          const transaction = open.get(writer) ?? (await begin(db))
          open.set(writer, transaction)
          heldBy.set(conversation, writer)
          const id = conversations[conversation] ?? ''
          const before = await lockConversation(transaction.tx, system, id)
          const after = await saveConversation(transaction.tx, system, before, { title: `${++title}` })
          transaction.written.push({ conversation, event: `${id} ${after.revision}` })
        } else await finish(step.writer, step.do)
      }
      for (const writer of [...open.keys()]) await finish(writer, 'commit')
      await numberEvents(db)
      await look()

      expect([...read].sort()).toEqual(committed.flat().sort())
      conversations.forEach((id, n) => {
        expect(read.filter((event) => event.startsWith(id))).toEqual(committed[n])
      })
      const again = await readEvents(db, start, 1_000)
      expect(again.map((event) => `${event.conversationId} ${event.revision}`)).toEqual(read)
    }),
    { numRuns: 40 },
  )
}, 120_000)

function write(): fc.Arbitrary<Step> {
  return fc
    .record({ writer: fc.nat(writers - 1), conversation: fc.nat(2) })
    .map((of) => ({ do: 'write' as const, ...of }))
}

function end(how: 'commit' | 'rollback'): fc.Arbitrary<Step> {
  return fc.nat(writers - 1).map((writer) => ({ do: how, writer }))
}

interface OpenTransaction {
  tx: Transaction
  written: { conversation: number; event: string }[]
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** A transaction that stays open until it is told how to end. */
async function begin(db: TestServer['app']['db']): Promise<OpenTransaction> {
  const undone = new Error('Undone on purpose.')
  let end: { commit: () => void; rollback: () => void } | undefined
  let ended: Promise<void> = Promise.resolve()
  const tx = await new Promise<Transaction>((begun, failed) => {
    ended = db.transaction((opened) => {
      begun(opened)
      return new Promise<void>((keep, drop) => {
        end = { commit: keep, rollback: () => drop(undone) }
      })
    })
    ended.catch(failed)
  })
  return {
    tx,
    written: [],
    async commit() {
      end?.commit()
      await ended
    },
    async rollback() {
      end?.rollback()
      await expect(ended).rejects.toBe(undone)
    },
  }
}

function addNote(id: string, body: string) {
  return server.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id, body },
  )
}

/** A connection that has written an event and not committed it. */
async function openWriter(connectionString: string, conversationId?: string) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query('begin')
  await client.query(
    `with e as (insert into event (type, inbox_id, conversation_id, revision, actor_kind, origin)
       values ('TITLE_CHANGED', $1, $2, 99, 'SYSTEM', 'SYSTEM') returning id)
     insert into event_pending (event_id) select id from e`,
    [stored('Inbox', inboxId), conversationId ? stored('Conversation', conversationId) : null],
  )
  return {
    async commit() {
      await client.query('commit')
      await client.end()
    },
  }
}
