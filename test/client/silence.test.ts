import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { followEvents } from '../../client/index.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startProxy } from './proxy.js'
import { addNote, type Noted, noted, quick, quietConversation, soon, watchStates } from './setup.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

async function begin(timing: object) {
  const proxy = await startProxy(server.url.replace('localhost', '127.0.0.1'))
  onTestFinished(() => proxy.stop())
  const conversationId = await quietConversation(server, inboxId)
  const watched = watchStates()
  const feed = followEvents<Noted>({
    ...quick,
    url: `${proxy.url}/graphql`,
    token: () => server.token,
    query: noted,
    variables: { conversationId },
    onState: watched.onState,
    onResync: () => {},
    ...timing,
  })
  onTestFinished(() => feed.stop())
  const events = feed[Symbol.asyncIterator]()
  await watched.until(({ name }) => name === 'live')
  return {
    proxy,
    ...watched,
    next: async () => (await events.next()).value.message.text,
    note: (text: string) => addNote(server, conversationId, text),
  }
}

const silent = (state: { name: string; reason?: string }) =>
  state.name === 'waiting' && state.reason === 'The server does not answer'

test('a socket that stays open while nothing comes through is given up, and nothing is missed', async () => {
  const { proxy, until, next, note } = await begin({ pingEveryMs: 20, answerWithinMs: 1_000 })
  await note('one')
  expect(await next()).toBe('one')
  proxy.freeze()
  await note('while it was frozen')
  await until(silent)
  expect(await next()).toBe('while it was frozen')
})

test('a server that answers its pings is not given up', async () => {
  let pings = 0
  class Watched extends WebSocket {
    override send(data: string) {
      pings += data.includes('"type":"ping"') ? 1 : 0
      super.send(data)
    }
  }
  const { proxy, next, note, states } = await begin({ pingEveryMs: 1, webSocket: Watched })
  // It asks again only when it was answered.
  await vi.waitFor(() => expect(pings).toBeGreaterThan(5), soon)
  await note('one')
  expect(await next()).toBe('one')
  expect(states.some(silent)).toBe(false)
  expect(proxy.connections).toBe(1)
})

test.each(['online', 'pageshow', 'visibilitychange'])(
  'after `%s` a silent socket is noticed without waiting for the next ping',
  async (sign) => {
    const wakeUps = new EventTarget()
    const { proxy, until, next, note } = await begin({
      pingEveryMs: 3_600_000,
      answerWithinMs: 1_000,
      wakeUps,
    })
    proxy.freeze()
    await note('while it slept')
    wakeUps.dispatchEvent(new Event(sign))
    await until(silent)
    expect(await next()).toBe('while it slept')
  },
)

test('after `online` the next attempt does not wait for its time', async () => {
  const wakeUps = new EventTarget()
  const { proxy, until, states, next, note } = await begin({
    wakeUps,
    minDelayMs: 3_600_000,
    maxDelayMs: 3_600_000,
  })
  proxy.cutNow()
  await until(({ name }) => name === 'waiting')
  await note('while it was offline')
  wakeUps.dispatchEvent(new Event('online'))
  expect(await next()).toBe('while it was offline')
  expect(states.at(-1)).toEqual({ name: 'live' })
})
