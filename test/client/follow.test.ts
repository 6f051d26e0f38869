import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, type GraphQLEnumType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { eventTypes, followEvents, type Resync } from '../../client/index.js'
import { projectRoot } from '../../src/root.js'
import { startTestServer, type TestServer } from '../support/server.js'
import {
  addNote,
  type Noted,
  noted,
  quick,
  quietConversation,
  soon,
  take,
  textsOf,
  watchStates,
} from './setup.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const always = () => ({
  ...quick,
  url: `${server.url}/graphql`,
  token: () => server.token,
  onResync: () => {},
})

describe('a feed', () => {
  test('gives what happens from its first connection on, with a selection of your own', async () => {
    const conversationId = await quietConversation(server, inboxId)
    const { onState, until, states } = watchStates()
    const feed = followEvents<Noted>({ ...always(), query: noted, variables: { conversationId }, onState })
    await until(({ name }) => name === 'live')
    await addNote(server, conversationId, 'one')
    await addNote(server, conversationId, 'two')
    expect(textsOf(await take(feed, 2))).toEqual(['one', 'two'])
    expect(states).toEqual([
      { name: 'connecting', attempt: 1 },
      { name: 'live' },
      { name: 'closed', reason: 'Stopped', error: null },
    ])
  })

  test('gives all events with their common fields when no query is given', async () => {
    const { onState, until } = watchStates()
    const other = await server.inbox()
    const feed = followEvents({ ...always(), variables: { filter: { inboxId: other } }, onState })
    await until(({ name }) => name === 'live')
    await server.conversation(inboxId)
    const id = await server.conversation(other)
    const [opened, added] = await take(feed, 2)
    expect(opened).toEqual({
      __typename: 'ConversationOpened',
      cursor: expect.any(String),
      type: 'CONVERSATION_OPENED',
      occurredAt: expect.any(String),
      origin: { api: 'GRAPHQL', integrationId: null },
      revision: 1,
      conversation: { id },
    })
    expect(added).toMatchObject({ type: 'MESSAGE_ADDED', revision: 2 })
  })

  test('reports a cursor of no log, and goes on with what happens after', async () => {
    const conversationId = await quietConversation(server, inboxId)
    const resyncs: Resync[] = []
    const { onState, until } = watchStates()
    const feed = followEvents({
      ...always(),
      after: 'not a cursor',
      variables: { filter: { conversationId } },
      onState,
      // What happens while lists are loaded waits for them.
      onResync: async (resync) => {
        await addNote(server, conversationId, 'meanwhile')
        resyncs.push(resync)
      },
    })
    const [event] = await take(feed, 1)
    await until(({ name }) => name === 'closed')
    expect(resyncs).toEqual([{ type: 'RESYNC', cursor: expect.any(String), reason: 'MALFORMED' }])
    expect(event).toMatchObject({ type: 'MESSAGE_ADDED', revision: 3 })
  })

  test('calls back with one event at a time', async () => {
    const conversationId = await quietConversation(server, inboxId)
    const { onState, until } = watchStates()
    const order: string[] = []
    let both = () => {}
    const done = new Promise<void>((resolve) => {
      both = resolve
    })
    const feed = followEvents<Noted>({
      ...always(),
      query: noted,
      variables: { conversationId },
      onState,
      async onEvent({ message }) {
        order.push(`begin ${message?.text}`)
        await server.graphql('{ viewer { agent { id } } }')
        order.push(`end ${message?.text}`)
        if (message?.text === 'two') both()
      },
    })
    await until(({ name }) => name === 'live')
    await addNote(server, conversationId, 'one')
    await addNote(server, conversationId, 'two')
    await done
    await feed.stop()
    expect(order).toEqual(['begin one', 'end one', 'begin two', 'end two'])
  })

  test('closes with what a callback threw', async () => {
    const conversationId = await quietConversation(server, inboxId)
    const { onState, until } = watchStates()
    const stored: string[] = []
    const feed = followEvents<Noted>({
      ...always(),
      query: noted,
      variables: { conversationId },
      storage: { load: () => null, save: (cursor) => stored.push(cursor) },
      onState,
      onEvent: () => {
        throw new Error('cannot show it')
      },
    })
    await until(({ name }) => name === 'live')
    await addNote(server, conversationId, 'one')
    expect(await until(({ name }) => name === 'closed')).toMatchObject({
      reason: 'onEvent threw: cannot show it',
    })
    // The event was not handled: another feed gets it again.
    expect(stored).toEqual([feed.cursor])
  })

  test('goes on over a reload from the last event that was handled', async () => {
    const conversationId = await quietConversation(server, inboxId)
    let stored: string | null = null
    const storage = {
      load: async () => stored,
      save: async (cursor: string) => {
        stored = cursor
      },
    }
    const { onState, until } = watchStates()
    const options = { ...always(), query: noted, variables: { conversationId }, storage }
    const first = followEvents<Noted>({ ...options, onState })
    await until(({ name }) => name === 'live')
    await first.stop()
    expect(stored).not.toBeNull()
    for (const text of ['one', 'two', 'three']) await addNote(server, conversationId, text)

    expect(textsOf(await take(followEvents<Noted>(options), 2))).toEqual(['one', 'two'])
    const events = followEvents<Noted>(options)[Symbol.asyncIterator]()
    expect((await events.next()).value.message.text).toBe('three')
    await addNote(server, conversationId, 'four')
    expect((await events.next()).value.message.text).toBe('four')
    await events.return?.()
  })

  test('leaves to the server what a slow consumer has no room for', async () => {
    const conversationId = await quietConversation(server, inboxId)
    const { onState, until } = watchStates()
    const sent: string[] = []
    class Watched extends WebSocket {
      override send(data: string) {
        sent.push(JSON.parse(data).type)
        super.send(data)
      }
    }
    const feed = followEvents<Noted>({
      ...always(),
      webSocket: Watched,
      query: noted,
      variables: { conversationId },
      maxQueued: 2,
      onState,
    })
    await until(({ name }) => name === 'live')
    const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']
    for (const text of texts) await addNote(server, conversationId, text)
    // It leaves the subscription, and begins a new one when there is room again.
    await vi.waitFor(() => expect(sent).toContain('complete'), soon)
    const begun = sent.length
    expect(textsOf(await take(feed, 7))).toEqual(texts)
    expect(sent.slice(begun)).toContain('subscribe')
  })

  test('closes for a query that does not fit, and says why', async () => {
    const misspelt = followEvents({ ...always(), query: 'subscription { events { cursor typ } }' })
    await expect(take(misspelt, 1)).rejects.toMatchObject({
      name: 'FeedError',
      message: expect.stringContaining('Cannot query field "typ"'),
    })
    const conversationId = await quietConversation(server, inboxId)
    const { onState, until } = watchStates()
    const bare = followEvents({ ...always(), query: 'subscription { events { __typename } }', onState })
    await until(({ name }) => name === 'live')
    await addNote(server, conversationId, 'one')
    await expect(take(bare, 1)).rejects.toThrow('must select `cursor` and `type`')
  })

  test('refuses at once what could never work', () => {
    expect(() => followEvents({ ...always(), onResync: undefined } as never)).toThrow(
      '`snapshot` or `onResync`',
    )
    const query = 'subscription ($id: ID!) { conversationUpdated(id: $id) { cursor type: kind } }'
    expect(() => followEvents({ ...always(), query })).toThrow(
      'not `conversationUpdated`: give that to createSubscriber',
    )
    const { WebSocket } = globalThis
    Object.assign(globalThis, { WebSocket: undefined })
    try {
      expect(() => followEvents({ ...always(), webSocket: undefined })).toThrow('no global WebSocket')
    } finally {
      Object.assign(globalThis, { WebSocket })
    }
  })

  test.each(['ftp://example.com/graphql', 'not an address'])('closes for the address %s', async (url) => {
    await expect(take(followEvents({ ...always(), url }), 1)).rejects.toThrow('is no address')
  })
})

test('the kinds of events are those of the schema', () => {
  const schema = buildSchema(readFileSync(path.join(projectRoot, 'schema/schema.graphql'), 'utf8'))
  const ofSchema = (schema.getType('EventType') as GraphQLEnumType).getValues().map(({ name }) => name)
  expect([...eventTypes].sort()).toEqual(ofSchema.sort())
})
