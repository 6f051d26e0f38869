import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { agentWith } from './idempotency/caller.js'

const hour = 3_600_000
const day = 24 * hour

let server: TestServer
let now = Date.now()

beforeEach(async () => {
  // The server's own timers, which look every hour.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  server = await startTestServer({ clock: { now: () => new Date(now) } })
})
afterEach(() => vi.useRealTimers())
afterAll(() => server.stop())

test('a key is remembered for 7 days, then forgotten: the same call is another', async () => {
  const conversationId = await server.conversation(await server.inbox())
  const admin = agentWith(server.token, [server.url])
  const note = async () => {
    const answer = await admin.call('addNote', { conversationId, body: 'a note', idempotencyKey: 'k' })
    return answer.message.id
  }
  const kept = async () => (await server.app.db.pool.query('select 1 from idempotency_key')).rowCount
  const first = await note()

  now += 7 * day - hour
  // One that is old enough says when the timer has passed.
  await server.app.db.pool.query(
    `insert into idempotency_key (actor_id, mutation, key, input_hash, created_at)
     values (gen_random_uuid(), 'addNote', 'old', '', $1)`,
    [new Date(now - 7 * day - 1)],
  )
  expect(await kept()).toBe(2)
  await vi.advanceTimersByTimeAsync(hour)
  await eventually(async () => expect(await kept()).toBe(1))
  expect(await note()).toBe(first)

  now += hour + 1
  await vi.advanceTimersByTimeAsync(hour)
  await eventually(async () => expect(await kept()).toBe(0))
  expect(await note()).not.toBe(first)
})
