import { expect, onTestFinished, vi } from 'vitest'
import { startTestServer } from '../support/server.js'
import { startProxy } from './proxy.js'
import { addNote, type Noted, textsOf } from './setup.js'

/** What a client of another library is given. */
export interface Place {
  /** With `http`; `socketUrl` is the same for WebSocket. */
  url: string
  socketUrl: string
  token: string
  after: string
  conversationId: string
}

/** Begins to follow; returns the way to stop. */
export type Follow = (place: Place, onEvent: (event: Noted) => void) => () => unknown

/** A client gets what it missed, then what happens; after its connection broke, each event once and in order. */
export async function proveThatItFollows(follow: Follow): Promise<void> {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  const proxy = await startProxy(server.url.replace('localhost', '127.0.0.1'))
  onTestFinished(() => proxy.stop())
  const { eventCursor } = await server.must('{ eventCursor }')
  const conversationId = await server.conversation(await server.inbox())
  const url = `${proxy.url}/graphql`
  const place = {
    url,
    socketUrl: url.replace('http', 'ws'),
    token: server.token,
    after: eventCursor,
    conversationId,
  }
  const events: Noted[] = []
  const stop = follow(place, (event) => events.push(event))
  onTestFinished(async () => {
    await stop()
  })
  const came = (text: string) =>
    vi.waitFor(() => expect(textsOf(events)).toContain(text), { timeout: 15_000, interval: 10 })

  await came('Hello')
  await addNote(server, conversationId, 'live')
  await came('live')
  proxy.cutNow()
  await addNote(server, conversationId, 'while it was away')
  await came('while it was away')
  await addNote(server, conversationId, 'live again')
  await came('live again')
  expect(textsOf(events)).toEqual([undefined, 'Hello', 'live', 'while it was away', 'live again'])
  expect(proxy.connections).toBe(2)
}
