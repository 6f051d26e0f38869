import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { fetchToken, finClient, objectId } from '../rest-adapter/finClient.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'

let server: TestServer
let now = new Date('2026-11-22T09:00:00.000Z')
let reads: number
let watching = 0
let open: (() => unknown)[] = []

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => now } })
  const { background, metrics } = server.app
  const { query } = background
  background.query = (statement, values) => {
    if (statement.name === 'metrics.inboxes') reads++
    return query<never>(statement, values)
  }
  const { watch } = metrics
  metrics.watch = (...asked) => {
    const source = watch(...asked)
    const end = source.return.bind(source)
    let isWatched = true
    watching++
    source.return = async (value) => {
      const ended = await end(value)
      if (isWatched) watching--
      isWatched = false
      return ended
    }
    return source
  }
})
beforeEach(() => {
  reads = 0
})
afterEach(async () => {
  for (const close of open) await close()
  open = []
  await allGone()
})
afterAll(() => server.stop())

const document = `subscription ($every: Int, $inboxIds: [ID!]) { liveMetrics(every: $every, inboxIds: $inboxIds) {
  at inboxes { inbox { id name } open waiting unassigned heldByFin oldestWaitingSince firstResponse { count p50 p95 } } } }`

interface Watched {
  liveMetrics: {
    at: string
    inboxes: { inbox: { id: string; name: string }; open: number; firstResponse: object }[]
  }
}

function watch(variables: Record<string, unknown>, token: string | null = server.token) {
  const client = connect(server.url, token)
  open.push(() => client.dispose())
  const { next } = listen<Watched>(client, document, variables)
  return async () => (await next()).liveMetrics
}

function watchBySse(variables: Record<string, unknown>, token: string | null = server.token) {
  const { next, stop } = listenSse<Watched>(server.url, token, document, variables)
  open.push(stop)
  return async () => (await next()).liveMetrics
}

/** A client that has closed has yet to be heard of. */
const allGone = () => eventually(() => expect(watching).toBe(0))

const minute = 60_000
const hour = 60 * minute

function later(ms: number) {
  now = new Date(now.getTime() + ms)
}

test.each([
  ['over WebSocket', watch],
  ['over SSE', watchBySse],
])('%s the figures of an inbox come at once, and again at each interval', async (_, watch) => {
  const fin = await server.createFin()
  const { inboxId } = fin
  const next = watch({ every: 180, inboxIds: [inboxId] })
  expect(await next()).toEqual({
    at: now.toISOString(),
    inboxes: [
      {
        inbox: { id: inboxId, name: expect.any(String) },
        open: 0,
        waiting: 0,
        unassigned: 0,
        heldByFin: 0,
        oldestWaitingSince: null,
        firstResponse: { count: 0, p50: null, p95: null },
      },
    ],
  })

  const { id: agentId } = await server.agent('Ann', [inboxId])
  const oldest = now
  const waiting = await server.conversation(inboxId)
  later(minute)
  const [held, quick, closed, snoozed] = [
    await server.conversation(inboxId),
    await server.conversation(inboxId),
    await server.conversation(inboxId),
    await server.conversation(inboxId),
  ]
  await change('assignConversation', { conversationId: waiting, agentId })
  await change('handBackToFin', { conversationId: held })
  await change('setConversationStatus', { conversationId: closed, status: 'CLOSED' })
  await change('snoozeConversation', { conversationId: snoozed, until: '2099-01-01T00:00:00.000Z' })
  await server.conversation(inboxId)
  later(minute)
  await change('replyToConversation', { conversationId: quick, body: 'after a minute' })
  later(minute)
  expect((await next()).inboxes).toMatchObject([
    {
      open: 4,
      waiting: 3,
      unassigned: 1,
      heldByFin: 1,
      oldestWaitingSince: oldest.toISOString(),
      firstResponse: { count: 1, p50: 60, p95: 60 },
    },
  ])
})

test('the first response is the first public message of an agent, be it a person or Fin', async () => {
  const fin = await server.createFin()
  const conversationId = await server.conversation(fin.inboxId)
  const byFin = await server.conversation(fin.inboxId)
  const first = now
  later(minute)
  await change('addNote', { conversationId, body: 'a note is none' })
  await change('receiveMessage', { conversationId, message: { body: 'nor is what the end-user says' } })
  expect(await firstResponse(conversationId)).toBeNull()
  const client = finClient(server, await fetchToken(server, fin), 'posts')
  await client.call('createMessage', {
    conversation_id: byFin,
    message_type: 'comment',
    body: 'Fin answers',
    author: { id: fin.agentId, user_type: 'agent' },
    visibility: 'public',
    object_id: objectId(),
    attachments: [],
  })
  expect(await firstResponse(byFin)).toBe(now.toISOString())
  later(minute)
  const before = await conversation(conversationId)
  await change('replyToConversation', { conversationId, body: 'this is it' })
  const answered = await conversation(conversationId)
  expect(answered.firstResponseAt).toBe(new Date(first.getTime() + 2 * minute).toISOString())
  // The message, and that the agent took the conversation over.
  expect(answered.revision - before.revision).toBe(2)
  expect(answered.version - before.version).toBe(1)
  later(minute)
  await change('replyToConversation', { conversationId, body: 'and this is not' })
  expect(await firstResponse(conversationId)).toBe(answered.firstResponseAt)
  expect((await conversation(conversationId)).version).toBe(answered.version)

  const next = watch({ every: 3_600, inboxIds: [fin.inboxId] })
  expect((await next()).inboxes[0]?.firstResponse).toEqual({ count: 2, p50: 90, p95: 117 })
  later(24 * hour)
  expect((await next()).inboxes[0]?.firstResponse).toEqual({ count: 0, p50: null, p95: null })
})

test('a first response that was stored without its time, as by the previous release, counts from when it was given', async () => {
  const conversationId = await server.conversation(await server.inbox())
  later(minute)
  await change('replyToConversation', { conversationId, body: 'the first' })
  const first = now
  const { pool } = server.app.db
  await pool.query('update conversation set first_response_at = null where first_response_at = $1', [first])
  later(minute)
  await change('replyToConversation', { conversationId, body: 'the second' })
  expect(await firstResponse(conversationId)).toBe(first.toISOString())
})

test('what Fin opens a conversation with is no response', async () => {
  const fin = await server.createFin()
  const client = finClient(server, await fetchToken(server, fin), 'posts')
  const author = { id: fin.agentId, user_type: 'agent' }
  const { conversation } = await client.open({ message: { author } })
  expect(await firstResponse(conversation.id)).toBeNull()
})

test('all who watch the same inboxes share one look at them', async () => {
  const [one, two] = [await server.inbox('A'), await server.inbox('B')]
  const watchers = [
    watch({ every: 3_600, inboxIds: [one, two] }),
    watch({ every: 3_600, inboxIds: [two, one] }),
    watchBySse({ every: 3_600, inboxIds: [one, two] }),
  ]
  for (const next of watchers) {
    expect((await next()).inboxes.map(({ inbox }) => inbox.name)).toEqual(['A', 'B'])
  }
  expect(reads).toBe(1)
  for (let interval = 2; interval <= 3; interval++) {
    later(hour)
    for (const next of watchers) expect((await next()).at).toBe(now.toISOString())
    expect(reads).toBe(interval)
  }
})

test('nothing is looked at once all have gone', async () => {
  const inboxId = await server.inbox()
  const client = connect(server.url, server.token)
  const stream = listen(client, document, { every: 1, inboxIds: [inboxId] })
  await stream.next()
  await client.dispose()
  await allGone()
  later(hour)
  const next = watch({ every: 3_600, inboxIds: [await server.inbox()] })
  await next()
  later(hour)
  await next()
  expect(reads).toBe(3)
})

test.each([0, -1, 3_601])('an interval of %i s is refused', async (every) => {
  await expect(watch({ every })()).rejects.toThrow('1 to 3600 seconds')
})

test('without inboxes, those in sight are shown: one that an agent is taken out of no more', async () => {
  const [one, two] = [await server.inbox('One'), await server.inbox('Two')]
  const { id, token } = await server.agent('Ann', [one, two])
  const shown = [watch({ every: 3_600 }, token), watch({ every: 3_600, inboxIds: [one, two] }, token)]
  for (const next of shown) expect((await next()).inboxes.map(({ inbox }) => inbox.id)).toEqual([one, two])
  await server.app.db.pool.query('delete from inbox_member where inbox_id = $1 and agent_id = $2', [
    storedId('Inbox', two),
    storedId('Agent', id),
  ])
  server.app.principals.forget()
  later(hour)
  for (const next of shown) expect((await next()).inboxes.map(({ inbox }) => inbox.id)).toEqual([one])
})

test('inboxes that are unknown or not in sight are refused, and nobody sees any', async () => {
  const hidden = await server.inbox()
  const { token } = await server.agent('Bea', [await server.inbox()])
  for (const inboxId of [hidden, 'inbox_unknown']) {
    await expect(watch({ inboxIds: [inboxId] }, token)()).rejects.toThrow('NOT_FOUND')
  }
  await expect(watch({}, null)()).rejects.toThrow('UNAUTHENTICATED')
})

test('a revoked token ends the stream', async () => {
  const { token } = await server.agent('Cid', [await server.inbox()])
  const next = watchBySse({ every: 3_600 }, token)
  await next()
  const { apiTokens } = await server.must('{ apiTokens { id } }', {}, token)
  await change('revokeApiToken', { tokenId: apiTokens[0].id })
  later(hour)
  await expect(next()).rejects.toThrow('ended')
})

async function conversation(id: string) {
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { version revision firstResponseAt } }',
    { id },
  )
  return conversation
}

const firstResponse = async (id: string) => (await conversation(id)).firstResponseAt

async function change(mutation: string, input: object): Promise<void> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
  await server.must(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
  )
}
