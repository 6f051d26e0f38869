import { expect, onTestFinished, test } from 'vitest'
import { followEvents } from '../../client/index.js'
import { startTestServer } from '../support/server.js'
import { startProxy } from './proxy.js'
import { startScriptedServer } from './scriptedServer.js'
import { addNote, type Noted, noted, quick, quietConversation, take, watchStates } from './setup.js'

test('what a server sends twice, or after something newer of its conversation, is dropped', async () => {
  const of = (id: string, cursor: string, revision: number | null) => ({
    cursor,
    revision,
    conversation: { id },
  })
  const bare = { cursor: 'bare' }
  const server = await startScriptedServer([
    { events: [of('A', '1', 1), of('A', '1', 1), of('A', '3', 3), of('B', '2', 1), bare], close: 1012 },
    { events: [of('B', '2', 1), of('A', '2a', 2), bare, of('B', '4', null), of('A', '5', 4)] },
  ])
  const feed = followEvents({ ...quick, url: server.url, token: () => 'token', onResync: () => {} })
  const events = await take(feed, 6)
  expect(events.map(({ cursor }) => cursor)).toEqual(['1', '3', '2', 'bare', '4', '5'])
})

test('what a socket that was given up still brings is not given again', async () => {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  const proxy = await startProxy(server.url.replace('localhost', '127.0.0.1'))
  onTestFinished(() => proxy.stop())
  const conversationId = await quietConversation(server, await server.inbox())
  const { onState, until, states } = watchStates()
  const feed = followEvents<Pick<Noted, 'cursor' | 'type' | 'message'>>({
    ...quick,
    url: `${proxy.url}/graphql`,
    token: () => server.token,
    // Without revisions: it cannot be told by them.
    query: noted.replace('revision conversation { id }', ''),
    variables: { conversationId },
    pingEveryMs: 20,
    answerWithinMs: 1_000,
    onState,
    onResync: () => {},
  })
  const events = feed[Symbol.asyncIterator]()
  const next = async () => (await events.next()).value.message.text
  await until(({ name }) => name === 'live')
  proxy.freeze()
  await addNote(server, conversationId, 'one')
  await addNote(server, conversationId, 'two')
  await until(() => states.filter(({ name }) => name === 'live').length > 1)
  expect([await next(), await next()]).toEqual(['one', 'two'])
  proxy.thaw()
  await addNote(server, conversationId, 'three')
  expect(await next()).toBe('three')
  await feed.stop()
})

test('what is dropped behind an event is stored with it', async () => {
  const of = (cursor: string, revision: number) => ({ cursor, revision, conversation: { id: 'A' } })
  const server = await startScriptedServer([{ events: [of('1', 1), of('1 again', 1), of('2', 2)] }])
  const stored: string[] = []
  const feed = followEvents({
    ...quick,
    url: server.url,
    token: () => 'token',
    storage: { load: () => null, save: (cursor) => stored.push(cursor) },
    onResync: () => {},
  })
  onTestFinished(() => feed.stop())
  const events = feed[Symbol.asyncIterator]()
  expect((await events.next()).value.cursor).toBe('1')
  expect((await events.next()).value.cursor).toBe('2')
  expect(stored.at(-1)).toBe('1 again')
})

test('what comes after the consumer has no more room is left to the server, and comes again', async () => {
  const cursors = ['1', '2', '3', '4', '5']
  const server = await startScriptedServer([{ events: cursors.map((cursor) => ({ cursor })) }])
  const feed = followEvents({
    ...quick,
    url: server.url,
    token: () => 'token',
    maxQueued: 2,
    onResync: () => {},
  })
  const events = await take(feed, 5)
  expect(events.map(({ cursor }) => cursor)).toEqual(cursors)
  expect((await server.after(2))[1]).toBe('2')
})

test('what waits unread when a feed is stopped does not come any more', async () => {
  const server = await startScriptedServer([{ events: [{ cursor: '1' }, { cursor: '2' }, { cursor: '3' }] }])
  const stored: string[] = []
  const feed = followEvents({
    ...quick,
    url: server.url,
    token: () => 'token',
    storage: { load: () => null, save: (cursor) => stored.push(cursor) },
    onResync: () => {},
  })
  const events = feed[Symbol.asyncIterator]()
  expect((await events.next()).value.cursor).toBe('1')
  await feed.stop()
  expect(await events.next()).toEqual({ value: undefined, done: true })
  expect(await take(feed, 1)).toEqual([])
  // The first one was given, but not known to be handled.
  expect(stored).toEqual(['start'])
})

test.each(['load', 'save'])('a storage that cannot %s closes the feed', async (broken) => {
  const server = await startScriptedServer([])
  const storage = { load: () => null, save: () => {} }
  const feed = followEvents({
    ...quick,
    url: server.url,
    token: () => 'token',
    storage: { ...storage, [broken]: () => Promise.reject(new Error('The disk is full')) },
    onResync: () => {},
  })
  await expect(take(feed, 1)).rejects.toThrow('The storage failed: The disk is full')
})
