import pg from 'pg'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { eventCursor } from '../../src/events/cursor.js'
import { follow } from '../../src/events/follow.js'
import { numberEvents } from '../../src/events/numbering.js'
import { newestPosition } from '../../src/events/read.js'
import { expireFeed } from '../../src/events/retention.js'
import { storedId } from '../../src/ids.js'
import { type MovableClock, movableClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { dropOldFeed, moveLog } from '../support/feed.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

// The feed is in parts of a million positions: each test begins just before the second part, with 3 events in the first.
const secondPart = 1_000_000
const start = secondPart - 4
const day = 24 * 60 * 60 * 1_000

let clock: MovableClock
let server: TestServer
let inboxId: string

beforeEach(async () => {
  clock = movableClock()
  server = await startTestServer({ clock })
  inboxId = storedId('Inbox', await server.inbox()) ?? ''
  await moveLog(server.app.db, start)
  await happen(5)
})
afterEach(() => server.stop())

test('a part of the feed goes when its last event is older than is kept, and the newest part never', async () => {
  clock.advance(14 * day - 60_000)
  await dropOldFeed(server.app.db)
  expect(await parts()).toContain('event_feed_0')
  clock.advance(120_000)
  await dropOldFeed(server.app.db)
  expect(await parts()).not.toContain('event_feed_0')
  expect(await positions()).toEqual([secondPart, secondPart + 1])
  clock.advance(365 * day)
  await dropOldFeed(server.app.db)
  expect(await positions()).toEqual([secondPart, secondPart + 1])
  const { rows } = await sql('select count(*)::int as events from event')
  expect(rows).toEqual([{ events: 5 }])
})

test('a cursor just before the oldest event that is kept is good, one before that has expired', async () => {
  const client = connect(server.url, server.token)
  onTestFinished(async () => client.dispose())
  await expire()
  for (const lost of [secondPart - 2, start, 0]) {
    expect(await firstEvent(client, lost)).toEqual({ __typename: 'Resync', reason: 'EXPIRED' })
    expect(await page(lost)).toEqual([{ __typename: 'Resync', reason: 'EXPIRED', cursor: await newest() }])
  }
  expect(await firstEvent(client, secondPart - 1)).toEqual({ __typename: 'TitleChanged' })
  expect(await page(secondPart - 1)).toHaveLength(2)
  expect(await page(null)).toHaveLength(2)
  expect(await page(secondPart + 1)).toEqual([])
})

test('a cursor that is ahead, of another log, or none says so, in query and subscription', async () => {
  const client = connect(server.url, server.token)
  onTestFinished(async () => client.dispose())
  const foreign = eventCursor('otherother', secondPart)
  for (const [cursor, reason] of [
    [eventCursor(server.app.log, secondPart + 2), 'AHEAD'],
    [foreign, 'FOREIGN'],
    ['c29tZXRoaW5n', 'MALFORMED'],
  ] as const) {
    expect(await firstEvent(client, cursor)).toEqual({ __typename: 'Resync', reason })
    expect(await page(cursor)).toEqual([{ __typename: 'Resync', reason, cursor: await newest() }])
  }
})

test('a part that somebody reads is dropped later; meanwhile nobody waits for it', async () => {
  const backup = new pg.Client({ connectionString: server.ownerUrl })
  await backup.connect()
  await backup.query('begin')
  await backup.query('select * from event_feed')
  clock.advance(15 * day)
  expect(await expireFeed(server.app.db, 14)).toBe(false)
  await happen(1)
  expect(await positions()).toHaveLength(6)
  await backup.end()
  await dropOldFeed(server.app.db)
  expect(await positions()).toHaveLength(3)
})

test('a subscriber whom expiry overtakes is ended, and never skips events in silence', async () => {
  const { db, tail } = server.app
  const actor = async () => ({ kind: 'SYSTEM', inboxIds: [inboxId] }) as const
  const slow = follow(db, tail, { after: start, wants: () => true, actor })
  await expire()
  await expect(slow.next()).rejects.toThrow('expired')
})

test('a listener that has not passed a part holds it back, until it is twice as old', async () => {
  const { integrationId } = await server.createFin()
  await placeListener(integrationId, secondPart - 2)
  clock.advance(27 * day)
  await dropOldFeed(server.app.db)
  expect(await parts()).toContain('event_feed_0')
  clock.advance(2 * day)
  await dropOldFeed(server.app.db)
  expect(await parts()).not.toContain('event_feed_0')
})

test('a listener that has passed a part does not hold it, nor does one of an archived integration', async () => {
  const { integrationId } = await server.createFin()
  await placeListener(integrationId, secondPart - 1)
  const archived = await server.createFin({ name: 'Archived' })
  await placeListener(archived.integrationId, start)
  await sql(`update fin_integration set archived_at = now() where name = 'Archived'`)
  await expire()
  expect(await parts()).not.toContain('event_feed_0')
})

test('a listener in whose inbox nothing happens moves on with the log', async () => {
  const quick = await startTestServer({ idleAfter: 20 })
  onTestFinished(() => quick.stop())
  const { integrationId } = await quick.createFin()
  await quick.conversation(await quick.inbox())
  const { db } = quick.app
  await eventually(async () => {
    const { position, lastEventId } = await db.prisma.listener.findUniqueOrThrow({
      where: { integrationId: storedId('FinIntegration', integrationId) ?? '' },
    })
    const events = await db.prisma.event.findMany({ orderBy: { id: 'desc' } })
    expect(Number(position)).toBe(events.length)
    expect(lastEventId).toBe(events[0]?.id)
  })
  expect(await db.prisma.delivery.count()).toBe(0)
})

test('numbering makes parts ahead by itself, as many nodes as there are', async () => {
  const before = await parts()
  await moveLog(server.app.db, before.length * secondPart - 2)
  await Promise.all(Array.from({ length: 4 }, () => happen(5)))
  expect((await parts()).length).toBeGreaterThan(before.length + 2)
  expect(await positions()).toHaveLength(25)
})

async function expire() {
  clock.advance(15 * day)
  await dropOldFeed(server.app.db)
}

/** Events of the inbox, numbered. */
async function happen(count: number) {
  await sql(
    `with e as (insert into event (type, inbox_id, actor_kind, origin)
       select 'TITLE_CHANGED', '${inboxId}'::uuid, 'SYSTEM', 'SYSTEM' from generate_series(1, ${count}) returning id)
     insert into event_pending (event_id) select id from e`,
  )
  await numberEvents(server.app.db)
}

const resync = '... on Resync { reason }'

async function firstEvent(client: ReturnType<typeof connect>, after: number | string) {
  const query = `subscription ($after: EventCursor) { events(after: $after) { __typename ${resync} } }`
  const stream = listen(client, query, { after: at(after) })
  const { events } = await stream.next()
  stream.stop()
  return events
}

async function page(after: number | string | null) {
  const query = `query ($after: EventCursor) { events(after: $after) { nodes { __typename cursor ${resync} } } }`
  return (await server.must(query, { after: after === null ? null : at(after) })).events.nodes
}

const at = (place: number | string) =>
  typeof place === 'number' ? eventCursor(server.app.log, place) : place

const newest = async () => eventCursor(server.app.log, await newestPosition(server.app.db))

async function placeListener(integrationId: string, position: number) {
  const id = storedId('FinIntegration', integrationId)
  await sql(`update listener set position = ${position}, last_event_id = null where integration_id = '${id}'`)
}

async function parts(): Promise<string[]> {
  return (await sql('select name from event_feed_part order by first')).rows.map(({ name }) => name)
}

async function positions(): Promise<number[]> {
  const { rows } = await sql('select position from event_feed order by position')
  return rows.map(({ position }) => Number(position))
}

const sql = (text: string) => server.app.db.pool.query(text)
