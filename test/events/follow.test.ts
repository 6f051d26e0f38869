import { afterAll, beforeAll, expect, test } from 'vitest'
import { follow } from '../../src/events/follow.js'
import { numberEvents } from '../../src/events/numbering.js'
import { newestPosition } from '../../src/events/read.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  await server.conversation(await server.inbox())
  const { rows } = await server.app.db.pool.query('select inbox_id as id from conversation')
  inboxId = rows[0].id
})
afterAll(() => server.stop())

/** Adds events and gives each its position, in one batch. */
async function happen(count: number) {
  await server.app.db.pool.query(
    `with e as (insert into event (type, inbox_id, actor_kind, origin)
       select 'TITLE_CHANGED', $1::uuid, 'SYSTEM', 'SYSTEM' from generate_series(1, $2) returning id)
     insert into event_pending (event_id) select id from e`,
    [inboxId, count],
  )
  await numberEvents(server.app.db)
  server.app.tail.wake()
}

const positions = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i + 1)

function subscriber(after: number) {
  const actor = async () => ({ kind: 'SYSTEM', inboxIds: [inboxId] }) as const
  return follow(server.app.db, server.app.tail, { after, wants: () => true, actor })
}

async function take(events: ReturnType<typeof subscriber>, count: number): Promise<number[]> {
  const seen: number[] = []
  while (seen.length < count)
    seen.push(...((await events.next()).value ?? []).map(({ position }) => position))
  return seen
}

test('subscribers who come while events stream in see each exactly once, in order', async () => {
  await numberEvents(server.app.db)
  const start = await newestPosition(server.app.db)
  const writing = (async () => {
    for (let i = 0; i < 100; i++) await happen(5)
  })()
  const readers: Promise<number[]>[] = []
  for (let i = 0; i < 40; i++) {
    readers.push(take(subscriber(start), 500))
    await newestPosition(server.app.db)
  }
  await writing
  for (const seen of await Promise.all(readers)) expect(seen).toEqual(positions(start, 500))
})

test('a subscriber who falls far behind loses the queue, never an event', async () => {
  const start = await newestPosition(server.app.db)
  const events = subscriber(start)
  await happen(1)
  expect(await take(events, 1)).toEqual(positions(start, 1))
  const caughtUp = new Promise<void>((resolve) => {
    const look = () => server.app.tail.position >= start + 3_001 && resolve()
    server.app.tail.listeners.add(look)
  })
  for (let i = 0; i < 3; i++) await happen(1_000)
  await caughtUp
  expect(await take(events, 3_000)).toEqual(positions(start + 1, 3_000))
  await events.return()
})
