import { once } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { storedId } from '../../../src/ids.js'
import { movableClock } from '../../support/clock.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { rawSocket, signedIn } from './rawSocket.js'

// How a socket ends, as graphql-transport-ws has it, and why.
const clock = movableClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock, recheckEvery: 50 })
})
afterAll(() => server.stop())

const viewer = { type: 'subscribe', payload: { query: '{ viewer { __typename } }' } }
const events = { type: 'subscribe', payload: { query: 'subscription { events { cursor } }' } }

/** By default, in ms. */
const pingEvery = 12_000

const codeOf = async ({ closed }: { closed: Promise<{ code: number }> }) => (await closed).code

test('4400: what is no message', async () => {
  for (const odd of ['nonsense', '{"type":"unknown"}', '[]', '{"type":"subscribe","id":7}']) {
    const raw = await signedIn(server.url, server.token)
    raw.send(odd)
    expect(await codeOf(raw), odd).toBe(4400)
  }
})

test('4401: an operation before the greeting', async () => {
  const raw = await rawSocket(server.url)
  raw.send({ id: '1', ...viewer })
  expect(await codeOf(raw)).toBe(4401)
})

test('4406: no protocol, or another', async () => {
  const [code] = await once(new WebSocket(`${server.url.replace('http', 'ws')}/graphql`), 'close')
  expect(code).toBe(4406)
})

test('4408: no greeting in time', async () => {
  const impatient = await startTestServer({ sockets: { initWithin: 200 } })
  onTestFinished(() => impatient.stop())
  expect(await codeOf(await rawSocket(impatient.url))).toBe(4408)
})

test('4409: an id that is in use', async () => {
  const raw = await signedIn(server.url, server.token)
  raw.send({ id: '1', ...events })
  raw.send({ id: '1', ...viewer })
  expect(await codeOf(raw)).toBe(4409)
})

test('4429: a second greeting', async () => {
  const raw = await signedIn(server.url, server.token)
  raw.send({ type: 'connection_init' })
  expect(await codeOf(raw)).toBe(4429)
})

test('4429: more sockets than one agent may have; others may', async () => {
  const { token } = await server.agent('Many', [await server.inbox()])
  const sockets = await Promise.all(Array.from({ length: 100 }, () => signedIn(server.url, token)))
  expect(await codeOf(await signedIn(server.url, token))).toBe(4429)
  const other = await signedIn(server.url, server.token)
  other.send({ id: '1', ...viewer })
  expect((await other.next()).type).toBe('next')
  const gone = sockets[0]
  gone?.socket.close()
  await gone?.closed
  const again = await signedIn(server.url, token)
  again.send({ id: '1', ...viewer })
  expect((await again.next()).type).toBe('next')
})

test('more operations at a time than a socket may have are refused, and it lives on', async () => {
  const raw = await signedIn(server.url, server.token)
  for (let id = 1; id <= 101; id++) raw.send({ id: String(id), ...events })
  expect(await raw.next(({ type }) => type === 'error')).toMatchObject({
    id: '101',
    payload: [{ extensions: { code: 'RATE_LIMITED' } }],
  })
  raw.send({ id: '1', type: 'complete' })
  raw.send({ id: '102', ...viewer })
  expect(await raw.next(({ id }) => id === '102')).toMatchObject({ type: 'next' })
})

test('4403: the token is wrong, expires, or is revoked elsewhere, whatever happens in the log', async () => {
  expect(await codeOf(await signedIn(server.url, 'gda_wrong'))).toBe(4403)

  const inboxId = await server.inbox()
  const [expiring, revoked] = [
    await server.agent('Expiring', [inboxId]),
    await server.agent('Revoked', [inboxId]),
  ]
  const sockets = [
    await signedIn(server.url, expiring.token),
    await signedIn(server.url, revoked.token),
  ] as const
  for (const raw of sockets) raw.send({ id: '1', ...events })
  const { pool } = server.app.db
  const agentOf = ({ id }: { id: string }) => storedId('Agent', id)
  const at = new Date(clock.now().getTime() + 3_600_000)
  await pool.query('update token set expires_at = $2 where agent_id = $1', [agentOf(expiring), at])
  await pool.query('update token set revoked_at = now() where agent_id = $1', [agentOf(revoked)])
  expect(await codeOf(sockets[1])).toBe(4403)
  clock.advance(3_600_001)
  expect(await codeOf(sockets[0])).toBe(4403)
})

test('4504: nobody answers, and the rest may be had later', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'], shouldClearNativeTimers: true })
  onTestFinished(() => void vi.useRealTimers())
  const raw = await signedIn(server.url, server.token, { autoPong: false })
  const alive = await signedIn(server.url, server.token)
  for (let pings = 1; pings <= 5; pings++) {
    const asked = once(alive.socket, 'ping')
    vi.advanceTimersByTime(pingEvery)
    await asked
    // What it answers has come before this.
    alive.send({ id: String(pings), ...viewer })
    await alive.next(({ type }) => type === 'complete')
  }
  expect(alive.socket.readyState).toBe(alive.socket.OPEN)
  expect(await raw.closed).toMatchObject({ code: 4504, reason: expect.stringContaining('resume') })
})

test('1012: the server stops, and says to come again', async () => {
  const leaving = await startTestServer()
  const raw = await signedIn(leaving.url, leaving.token)
  raw.send({ id: '1', ...events })
  const stopped = leaving.stop()
  expect(await codeOf(raw)).toBe(1012)
  await stopped
})
