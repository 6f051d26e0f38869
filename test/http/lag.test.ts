import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type MovableClock, movableClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'

let clock: MovableClock
let server: TestServer

beforeAll(async () => {
  clock = movableClock()
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

const minute = 60_000

test('a log that keeps up has no lag', async () => {
  await server.conversation(await server.inbox())
  const { status, event_log_lag_seconds, stuck_writer_pid } = await eventually(async () => {
    const answer = await ready()
    expect(answer.event_log_lag_seconds).toBe(0)
    return answer
  })
  expect({ status, event_log_lag_seconds, stuck_writer_pid }).toEqual({
    status: 'ready',
    event_log_lag_seconds: 0,
    stuck_writer_pid: null,
  })
  expect(await metric()).toBe(0)
})

test.each(['appUrl', 'ownerUrl'])('a writer that stays open (%s) is a lag, and is named', async (role) => {
  const url = role === 'appUrl' ? server.databaseUrl : server.ownerUrl
  const writer = await connected(url)
  await writer.query('begin')
  await writer.query('insert into event_pending (event_id) values (4711)')
  const { rows } = await writer.query('select pg_backend_pid() as pid')
  await ready()
  clock.advance(minute)
  const { event_log_lag_seconds, stuck_writer_pid } = await ready()
  expect(event_log_lag_seconds).toBeGreaterThanOrEqual(60)
  expect(stuck_writer_pid).toBe(rows[0].pid)
  expect(await metric()).toBeGreaterThanOrEqual(60)
  await writer.query('rollback')
  expect(await ready()).toMatchObject({ event_log_lag_seconds: 0, stuck_writer_pid: null })
})

test('events that wait for their place are a lag, and no writer is blamed for it', async () => {
  const conversation = await server.conversation(await server.inbox())
  const numbering = await connected(server.databaseUrl)
  await numbering.query('begin')
  await numbering.query(`select pg_advisory_xact_lock(hashtext('graphdesk.event_log'))`)
  await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "look" }) { __typename } }`,
    { id: conversation },
  )
  clock.advance(minute)
  const { event_log_lag_seconds, stuck_writer_pid } = await ready()
  expect(event_log_lag_seconds).toBeGreaterThanOrEqual(60)
  expect(stuck_writer_pid).toBeNull()
  await numbering.query('commit')
  await eventually(async () => expect(await metric()).toBe(0))
  // The tail may have given up waiting, and tries again.
  server.faults.splice(0)
})

async function ready() {
  const response = await fetch(`${server.url}/readyz`)
  expect(response.status).toBe(200)
  return response.json()
}

async function metric(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/^event_log_lag_seconds (.+)$/m.exec(text)?.[1])
}

async function connected(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
