import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { followEvents } from '../../client/index.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { type FaultyProxy, startProxy } from './proxy.js'
import { addNote, type Noted, noted, quick, take, textsOf, watchStates } from './setup.js'

let server: TestServer
let proxy: FaultyProxy
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  proxy = await startProxy(server.url.replace('localhost', '127.0.0.1'))
  inboxId = await server.inbox()
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})

/** Bytes from the server: the handshake takes some 250, the first answer 120, an event 330. */
const cuts = fc.array(fc.integer({ min: 1, max: 2_500 }), { minLength: 1, maxLength: 6 })

test('wherever connections are cut, each event comes exactly once, in order', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer({ min: 1, max: 4 }), async (bytes, stillToCome) => {
      const { eventCursor } = await server.must('{ eventCursor }')
      const conversationId = await server.conversation(inboxId)
      const missed = ['a', 'b', 'c', 'd', 'e', 'f']
      for (const text of missed) await addNote(server, conversationId, text)
      const before = proxy.connections
      proxy.cutAfter(bytes)

      const { onState, until } = watchStates()
      const feed = followEvents<Noted>({
        ...quick,
        url: `${proxy.url}/graphql`,
        token: () => server.token,
        query: noted,
        variables: { conversationId },
        after: eventCursor,
        onState,
        onResync: () => {
          throw new Error('Nothing was lost')
        },
      })
      const live = Array.from({ length: stillToCome }, (_, index) => `live ${index}`)
      const [events] = await Promise.all([
        take(feed, 2 + missed.length + live.length),
        until(({ name }) => name === 'live').then(async () => {
          for (const text of live) await addNote(server, conversationId, text)
        }),
      ])
      expect(textsOf(events)).toEqual([undefined, 'Hello', ...missed, ...live])
      expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(events.length)
      expect(proxy.connections).toBeGreaterThan(before)
    }),
    { numRuns: 25 },
  )
  expect(server.faults).toEqual([])
})
