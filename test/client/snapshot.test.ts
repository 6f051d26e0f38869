import { afterAll, beforeAll, expect, test } from 'vitest'
import { followEvents, type Query } from '../../client/index.js'
import { startTestServer, type TestServer } from '../support/server.js'
import {
  addNote,
  logged,
  type Noted,
  noted,
  quick,
  quietConversation,
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

interface Inbox {
  conversations: { nodes: { id: string; revision: number; messages: { nodes: { text: string }[] } }[] }
}

const inbox = `query ($filter: ConversationFilter) {
  conversations(filter: $filter) { nodes { id revision messages { nodes { text } } } }
}`

const options = (conversationId: string) => ({
  ...quick,
  url: `${server.url}/graphql`,
  token: () => server.token,
  query: noted,
  variables: { conversationId },
})

test('what happens while a snapshot is loaded is in it or follows it, never both and never neither', async () => {
  const other = await server.inbox()
  const conversationId = await quietConversation(server, other)
  const { onState, until } = watchStates()
  let held: string[] = []
  async function snapshot(query: Query) {
    // Behind the cursor, and in the lists.
    await addNote(server, conversationId, 'meanwhile')
    const { conversations } = await query<Inbox>(inbox, { filter: { inboxId: other } })
    held = conversations.nodes.flatMap(({ messages }) => messages.nodes.map(({ text }) => text))
    // Behind the lists too.
    await addNote(server, conversationId, 'just after')
    await logged(server, conversationId, 4)
    return conversations.nodes
  }
  const feed = followEvents<Noted>({ ...options(conversationId), snapshot, onState })
  await until(({ name }) => name === 'live')
  await addNote(server, conversationId, 'live')
  const followed = textsOf(await take(feed, 2))
  expect(held).toEqual(['Hello', 'meanwhile'])
  expect(followed).toEqual(['just after', 'live'])
})

test('the event that a snapshot holds does follow, and comes through when the snapshot does not say what it holds', async () => {
  const conversationId = await quietConversation(server, inboxId)
  const feed = followEvents<Noted>({
    ...options(conversationId),
    snapshot: async () => {
      await addNote(server, conversationId, 'meanwhile')
      return undefined
    },
  })
  expect(textsOf(await take(feed, 1))).toEqual(['meanwhile'])
})

test('what was dropped is handled: its cursor is stored, and nothing comes again after a reload', async () => {
  const conversationId = await quietConversation(server, inboxId)
  let stored: string | null = null
  const storage = {
    load: () => stored,
    save: (cursor: string) => {
      stored = cursor
    },
  }
  const { onState, until } = watchStates()
  const first = followEvents<Noted>({
    ...options(conversationId),
    storage,
    onState,
    async snapshot(query) {
      await addNote(server, conversationId, 'in the snapshot')
      const { conversation } = await query<{ conversation: { id: string; revision: number } }>(
        'query ($id: ID!) { conversation(id: $id) { id revision } }',
        { id: conversationId },
      )
      return [conversation]
    },
  })
  await until(({ name }) => name === 'live')
  await addNote(server, conversationId, 'followed')
  expect(textsOf(await take(first, 1))).toEqual(['followed'])

  await addNote(server, conversationId, 'after the reload')
  const second = followEvents<Noted>({
    ...options(conversationId),
    storage,
    snapshot: () => Promise.reject(new Error('Nothing has to be loaded')),
  })
  expect(textsOf(await take(second, 1))).toEqual(['after the reload'])
})

test('a snapshot that fails is loaded again, and a query that does not fit closes the feed', async () => {
  const conversationId = await quietConversation(server, inboxId)
  const { onState, until } = watchStates()
  let attempts = 0
  const feed = followEvents<Noted>({
    ...options(conversationId),
    onState,
    async snapshot() {
      if (++attempts < 3) throw new Error('The network is away')
      return undefined
    },
  })
  expect(await until(({ name }) => name === 'waiting')).toMatchObject({ reason: 'The network is away' })
  await until(({ name }) => name === 'live')
  await feed.stop()

  const misspelt = followEvents<Noted>({
    ...options(conversationId),
    snapshot: (query) => query('{ conversationz { id } }'),
  })
  await expect(take(misspelt, 1)).rejects.toThrow('Cannot query field "conversationz"')
})
