import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberEvents } from '../../src/events/numbering.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, listen } from '../support/socket.js'

let server: TestServer
let inboxId: string
/** How many follow the log while nobody subscribes. */
let idle: number

beforeAll(async () => {
  server = await startTestServer()
  idle = server.app.tail.listeners.size
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const events = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) {
    __typename cursor type revision occurredAt
    origin { api integrationId }
    actor { __typename ... on Agent { name } }
    conversation { id status messageCount revision }
    ... on MessageAdded { message { text author { __typename } } }
    ... on StatusChanged { from to }
  } }`

const note = `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
  __typename ... on Error { reason: message } } }`

const addNote = (id: string, body: string, token?: string) => server.must(note, { id, body }, token)

describe('events over WebSocket', () => {
  test('tell what happened with the subscriber’s own selection', async () => {
    const client = connect(server.url, server.token)
    const conversationId = await server.conversation(inboxId)
    const stream = listen(client, events, { after: await newest(), filter: { conversationId } })
    await addNote(conversationId, 'look')
    await server.must(
      `mutation ($id: ID!) { setConversationStatus(input: { conversationId: $id, status: RESOLVED }) { __typename } }`,
      { id: conversationId },
    )
    const added = (await stream.next()).events
    expect(added).toMatchObject({
      __typename: 'MessageAdded',
      type: 'MESSAGE_ADDED',
      revision: 3,
      origin: { api: 'GRAPHQL', integrationId: null },
      actor: { __typename: 'Agent', name: 'Admin' },
      conversation: { id: conversationId },
      message: { text: 'look', author: { __typename: 'Agent' } },
    })
    expect((await stream.next()).events).toMatchObject({
      __typename: 'StatusChanged',
      from: 'OPEN',
      to: 'RESOLVED',
    })
    await client.dispose()
  })

  test('resume from the last cursor without gap or repeat, from the log into live', async () => {
    const conversationId = await server.conversation(inboxId)
    const start = await newest()
    for (let i = 1; i <= 5; i++) await addNote(conversationId, `n${i}`)

    const first = connect(server.url, server.token)
    const stream = listen(first, events, { after: start, filter: { conversationId } })
    const seen = [await stream.next(), await stream.next()].map((data) => data.events)
    await first.dispose()

    const second = connect(server.url, server.token)
    const rest = listen(second, events, { after: seen[1]?.cursor, filter: { conversationId } })
    const before = await rest.until((data) => data.events.message?.text === 'n5')
    await addNote(conversationId, 'n6')
    const live = await rest.next()
    const texts = [...seen, ...before.map((data) => data.events), live.events].map(
      (event) => event.message.text,
    )
    expect(texts).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6'])
    await second.dispose()
  })

  test('give a Resync for a cursor of another log, and for one ahead of it', async () => {
    const client = connect(server.url, server.token)
    const foreign = Buffer.from('otherotherx.5').toString('base64url')
    expect((await listen(client, events, { after: foreign }).next()).events).toMatchObject({
      __typename: 'Resync',
      type: 'RESYNC',
      conversation: null,
    })
    const [log] = Buffer.from(await newest(), 'base64url')
      .toString()
      .split('.')
    const ahead = Buffer.from(`${log}.999999999`).toString('base64url')
    const stream = listen(client, events, { after: ahead })
    expect((await stream.next()).events.__typename).toBe('Resync')
    const conversationId = await server.conversation(inboxId)
    expect((await stream.next()).events.conversation.id).toBe(conversationId)
    await client.dispose()
  })

  test('end when the token is revoked, without another event', async () => {
    const { id, token } = await server.agent('Leaver', [inboxId])
    const client = connect(server.url, token)
    const conversationId = await server.conversation(inboxId)
    const stream = listen(client, events, { after: await newest(), filter: { conversationId } })
    await addNote(conversationId, 'first')
    await stream.next()
    const { agents } = await server.must('{ agents { id } }')
    expect(agents.map((agent: { id: string }) => agent.id)).toContain(id)
    const mine = await server.must('{ apiTokens { id } }', {}, token)
    await server.must(
      `mutation ($id: ID!) { revokeApiToken(input: { tokenId: $id }) { __typename ... on Error { reason: message } } }`,
      { id: mine.apiTokens[0].id },
    )
    server.app.principals.forget()
    await addNote(conversationId, 'second')
    await expect(stream.next()).rejects.toMatchObject({ code: 4403 })
    await client.dispose()
  })

  test('of an inbox that is not in sight never come', async () => {
    const other = await server.inbox('Other')
    const { token } = await server.agent('Ann', [inboxId])
    const client = connect(server.url, token)
    const stream = listen(client, events, { after: await newest() })
    const hidden = await server.conversation(other)
    await addNote(hidden, 'secret')
    const seen = await server.conversation(inboxId)
    expect((await stream.next()).events.conversation.id).toBe(seen)
    await client.dispose()
  })
})

test('events over SSE: the same subscription by POST with an Accept header', async () => {
  const conversationId = await server.conversation(inboxId)
  const stop = new AbortController()
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${server.token}`,
    },
    body: JSON.stringify({ query: events, variables: { after: await newest(), filter: { conversationId } } }),
    signal: stop.signal,
  })
  await addNote(conversationId, 'over SSE')
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.includes('over SSE')) break
  }
  expect(text).toContain('event: next')
  stop.abort()
})

test('a writer that stays open delays only its own events', async () => {
  const [slow, quick] = [await server.conversation(inboxId), await server.conversation(inboxId)]
  const start = await newest()
  const writer = new pg.Client({ connectionString: server.databaseUrl })
  await writer.connect()
  await writer.query('begin')
  await writer.query(
    `with e as (insert into event (type, inbox_id, conversation_id, revision, actor_kind, origin)
       select 'TITLE_CHANGED', inbox_id, id, 99, 'SYSTEM', 'SYSTEM' from conversation order by id desc offset 1 limit 1 returning id)
     insert into event_pending (event_id) select id from e`,
  )
  const client = connect(server.url, server.token)
  const stream = listen(client, events, { after: start })
  await addNote(quick, 'not held up')
  expect((await stream.next()).events).toMatchObject({
    conversation: { id: quick },
    message: { text: 'not held up' },
  })
  await writer.query('commit')
  expect((await stream.next()).events).toMatchObject({
    __typename: 'TitleChanged',
    conversation: { id: slow },
  })
  await writer.end()
  await client.dispose()
})

test('200 changes by parallel writers: every event once, each conversation in the order of its revisions', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, () => server.conversation(inboxId)))
  const client = connect(server.url, server.token)
  const stream = listen(client, events, { after: await newest() })
  await Promise.all(Array.from({ length: 200 }, (_, i) => addNote(ids[i % ids.length] ?? '', `w${i}`)))
  const seen: { cursor: string; conversation: { id: string }; revision: number }[] = []
  while (seen.length < 200) seen.push((await stream.next()).events)
  expect(new Set(seen.map((event) => event.cursor)).size).toBe(200)
  for (const id of ids) {
    const revisions = seen.filter((event) => event.conversation.id === id).map((event) => event.revision)
    expect(revisions).toEqual(revisions.map((_, i) => i + 3))
  }
  await client.dispose()
})

test('the events query pages through the log in order', async () => {
  const conversationId = await server.conversation(inboxId)
  for (const body of ['a', 'b', 'c']) await addNote(conversationId, body)
  const page = `query ($after: EventCursor, $id: ID!) {
    events(first: 2, after: $after, filter: { conversationId: $id }) {
      nodes { type revision } pageInfo { hasNextPage endCursor } } }`
  await newestIs((revision) => revision === 5, conversationId)
  const first = (await server.must(page, { id: conversationId })).events
  const second = (await server.must(page, { id: conversationId, after: first.pageInfo.endCursor })).events
  const third = (await server.must(page, { id: conversationId, after: second.pageInfo.endCursor })).events
  const all = [...first.nodes, ...second.nodes, ...third.nodes]
  expect(all.map((event) => event.revision)).toEqual([1, 2, 3, 4, 5])
  expect(all[0].type).toBe('CONVERSATION_OPENED')
  expect(third.pageInfo.hasNextPage).toBe(false)
})

test('typing is shown to those who watch, and stored nowhere', async () => {
  const conversationId = await server.conversation(inboxId)
  const client = connect(server.url, server.token)
  const stream = listen(
    client,
    `subscription ($id: ID!) { typing(conversationId: $id) { isTyping agent { name } } }`,
    {
      id: conversationId,
    },
  )
  const before = await newest()
  // Until the subscription stands, signals pass unseen.
  const repeat = setInterval(() => type(conversationId), 50)
  expect((await stream.next()).typing).toEqual({ isTyping: true, agent: { name: 'Admin' } })
  clearInterval(repeat)
  expect(await newest()).toBe(before)
  await client.dispose()
})

function type(id: string) {
  return server.must(
    `mutation ($id: ID!) { setTyping(input: { conversationId: $id, isTyping: true }) { __typename ... on Error { reason: message } } }`,
    { id },
  )
}

/** Where the log stands, once everything committed has its position. */
async function newest(): Promise<string> {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor
}

async function newestIs(fits: (revision: number) => boolean, conversationId: string) {
  const client = connect(server.url, server.token)
  const start = Buffer.from(`${server.app.log}.0`).toString('base64url')
  await listen(client, events, { after: start, filter: { conversationId } }).until((data) =>
    fits(data.events.revision),
  )
  await client.dispose()
}

test('a subscriber who goes leaves nothing behind', async () => {
  const followers = () => server.app.tail.listeners.size
  await expect.poll(followers).toBe(idle)
  const client = connect(server.url, server.token)
  const after = Buffer.from(`${server.app.log}.0`).toString('base64url')
  const streams = Array.from({ length: 5 }, () => listen(client, events, { after }))
  for (const stream of streams) await stream.next()
  // They share one, once each has caught up with it.
  await expect.poll(followers).toBe(idle + 1)
  for (const stream of streams) stream.stop()
  await expect.poll(followers).toBe(idle)
  await client.dispose()
})

test('an event that could not be shown whole ends the stream; resumed, it comes again', async () => {
  const conversationId = await server.conversation(inboxId)
  const after = await newest()
  const { db } = server.app
  const query = db.query
  const client = connect(server.url, server.token)
  const broken = listen(client, events, { after, filter: { conversationId } })
  db.query = (statement, values) =>
    statement.name.startsWith('message.byIds')
      ? Promise.reject(new Error('the database has gone'))
      : query(statement, values)
  await addNote(conversationId, 'seen in the end')
  await expect(broken.next()).rejects.toMatchObject([{ extensions: { code: 'INTERNAL' } }])
  db.query = query
  const resumed = listen(client, events, { after, filter: { conversationId } })
  expect((await resumed.next()).events.message.text).toBe('seen in the end')
  expect(server.faults.splice(0).map(String)).toEqual(['Error: the database has gone'])
  await client.dispose()
})
