import { afterAll, beforeAll, expect, test } from 'vitest'
import { followEvents } from '../../client/index.js'
import type { Clock } from '../../src/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { addNote, type Noted, noted, quick, quietConversation, take, textsOf, watchStates } from './setup.js'

let server: TestServer
let inboxId: string
let aheadMs = 0
const clock: Clock = { now: () => new Date(Date.now() + aheadMs) }

beforeAll(async () => {
  server = await startTestServer({ clock })
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const hour = 3_600_000

/** A token that lives for an hour. */
async function shortLived(): Promise<string> {
  const { createApiToken } = await server.must(
    `mutation ($expiresAt: DateTime) { createApiToken(input: { name: "short", expiresAt: $expiresAt }) {
      __typename ... on CreateApiTokenPayload { secret } ... on Error { reason: message } } }`,
    { expiresAt: new Date(clock.now().getTime() + hour).toISOString() },
  )
  return createApiToken.secret
}

function expireTokens() {
  aheadMs += 2 * hour
  server.app.principals.forget()
}

const options = (conversationId: string) => ({
  ...quick,
  url: `${server.url}/graphql`,
  query: noted,
  variables: { conversationId },
  onResync: () => {},
})

test('a token that expires midway is renewed, and no event is missed', async () => {
  const conversationId = await quietConversation(server, inboxId)
  const { onState, until } = watchStates()
  const asked: (string | null)[] = []
  let current = await shortLived()
  const feed = followEvents<Noted>({
    ...options(conversationId),
    onState,
    async token(refused) {
      asked.push(refused)
      if (refused) current = await shortLived()
      return current
    },
  })
  const events = feed[Symbol.asyncIterator]()
  await until(({ name }) => name === 'live')
  await addNote(server, conversationId, 'one')
  const first = current
  expect((await events.next()).value.message.text).toBe('one')
  expireTokens()
  await addNote(server, conversationId, 'two')
  expect((await events.next()).value.message.text).toBe('two')
  await addNote(server, conversationId, 'three')
  expect((await events.next()).value.message.text).toBe('three')
  await feed.stop()
  expect(current).not.toBe(first)
  expect(asked.filter((refused) => refused !== null)).toEqual([first])
})

test.each([
  ['there is none', null],
  ['it is the refused one', 'unknown_token'],
])('a refused token ends the feed when %s to follow it', async (_, next) => {
  const conversationId = await quietConversation(server, inboxId)
  const feed = followEvents<Noted>({
    ...options(conversationId),
    token: (refused) => (refused ? next : 'unknown_token'),
  })
  await expect(take(feed, 1)).rejects.toMatchObject({ name: 'FeedError', code: 4403 })
  expect(feed.state).toMatchObject({ name: 'closed', error: { code: 4403 } })
})

test('a token that cannot be fetched just now is asked for again', async () => {
  const conversationId = await quietConversation(server, inboxId)
  const { onState, until } = watchStates()
  let attempts = 0
  const feed = followEvents<Noted>({
    ...options(conversationId),
    onState,
    async token() {
      if (++attempts < 3) throw new Error('The sign-in server is away')
      return server.token
    },
  })
  expect(await until(({ name }) => name === 'waiting')).toMatchObject({
    reason: 'The sign-in server is away',
  })
  await until(({ name }) => name === 'live')
  await addNote(server, conversationId, 'one')
  expect(textsOf(await take(feed, 1))).toEqual(['one'])
})
