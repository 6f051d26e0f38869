import { parse, subscribe } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contextFor } from '../../schema/context.js'
import { schema } from '../../schema/schema.js'
import type { IntegrationActor } from '../../src/actor.js'
import { numberEvents } from '../../src/events/numbering.js'
import { storedId } from '../../src/ids.js'
import { after, before } from '../support/meanwhile.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { connect, type Listener, listen } from '../support/socket.js'
import { listenSse } from '../support/sse.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const updated = `subscription ($id: ID!, $after: EventCursor, $snapshot: Boolean) {
  conversationUpdated(id: $id, after: $after, snapshot: $snapshot) {
    kind cursor revision
    event { __typename revision ... on StatusChanged { from to } ... on MessageAdded { message { text } } }
    conversation { id revision status messages(last: 50) { nodes { text } } }
  } }`

const added = `subscription ($id: ID!, $after: EventCursor, $snapshot: Boolean) {
  messageAdded(conversationId: $id, after: $after, snapshot: $snapshot) {
    kind cursor revision message { seq text } conversation { id revision messages(last: 50) { nodes { text } } }
  } }`

const typing = `subscription ($id: ID!) { typing(conversationId: $id) { isTyping } }`

interface Variables extends Record<string, unknown> {
  id: string
  after?: string
  snapshot?: boolean
}

/** The payloads of the one field that a document selects. */
function payloads(listener: Listener<Record<string, unknown>>) {
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a payload
  const next = async (): Promise<any> => Object.values(await listener.next())[0]
  return {
    next,
    async take(count: number) {
      const taken = []
      while (taken.length < count) taken.push(await next())
      return taken
    },
    stop: listener.stop,
  }
}

const open: (() => unknown)[] = []

function overWebSocket(query: string, variables: Variables, token: string | null = server.token) {
  const client = connect(server.url, token)
  open.push(() => client.dispose())
  return payloads(listen(client, query, variables))
}

function overSse(query: string, variables: Variables, token: string | null = server.token) {
  const stream = payloads(listenSse(server.url, token, query, variables))
  open.push(stream.stop)
  return stream
}

afterAll(async () => {
  for (const close of open) await close()
})

// The first, while no other stream is about to go.
test('whoever goes leaves nothing behind', async () => {
  const id = await server.conversation(inboxId)
  const after = await newest()
  await note(id, 'one')
  const idle = server.app.tail.listeners.size
  const client = connect(server.url, server.token)
  const streams = [updated, added].map((document) => listen(client, document, { id, after }))
  for (const stream of streams) await stream.next()
  expect(server.app.tail.listeners.size).toBe(idle + 2)
  for (const stream of streams) stream.stop()
  await listen(client, '{ viewer { __typename } }').next()
  expect(server.app.tail.listeners.size).toBe(idle)
  await client.dispose()
})

describe.each([
  ['over WebSocket', overWebSocket],
  ['over SSE', overSse],
])('%s', (_, follow) => {
  test('conversationUpdated tells every event, from a cursor without gap into live, and resumes', async () => {
    const id = await server.conversation(inboxId)
    const after = await newest()
    await note(id, 'one')
    await setStatus(id, 'RESOLVED')
    const stream = follow(updated, { id, after })
    const [first, second] = await stream.take(2)
    expect(first).toMatchObject({
      kind: 'EVENT',
      revision: 3,
      event: { __typename: 'MessageAdded', revision: 3, message: { text: 'one' } },
      conversation: { id },
    })
    expect(second).toMatchObject({ revision: 4, event: { from: 'OPEN', to: 'RESOLVED' } })
    await note(id, 'live')
    expect(await stream.next()).toMatchObject({ revision: 5, event: { message: { text: 'live' } } })
    stream.stop()

    await note(id, 'missed')
    const resumed = follow(updated, { id, after: second.cursor, snapshot: true })
    await note(id, 'live again')
    expect((await resumed.take(3)).map(({ kind, revision }) => [kind, revision])).toEqual([
      ['EVENT', 5],
      ['EVENT', 6],
      ['EVENT', 7],
    ])
  })

  test('messageAdded tells messages alone, from a cursor without gap into live, and resumes', async () => {
    const id = await server.conversation(inboxId)
    const after = await newest()
    await note(id, 'one')
    await setStatus(id, 'RESOLVED')
    await note(id, 'two')
    const stream = follow(added, { id, after })
    const [first, second] = await stream.take(2)
    expect(first).toMatchObject({ kind: 'EVENT', revision: 3, message: { seq: 2, text: 'one' } })
    expect(second).toMatchObject({ revision: 5, message: { seq: 3, text: 'two' }, conversation: { id } })
    await note(id, 'live')
    expect(await stream.next()).toMatchObject({ revision: 6, message: { seq: 4, text: 'live' } })
    stream.stop()

    const resumed = follow(added, { id, after: first.cursor, snapshot: true })
    expect((await resumed.take(2)).map(({ message }) => message.text)).toEqual(['two', 'live'])
  })

  test.each([
    ['conversationUpdated', updated],
    ['messageAdded', added],
  ])('%s gives a Resync, then the snapshot, for a cursor that cannot be resumed', async (_, document) => {
    const id = await server.conversation(inboxId)
    for (const after of [otherLog, await aheadOfLog()]) {
      const stream = follow(document, { id, after, snapshot: true })
      const [resync, snapshot] = await stream.take(2)
      expect(resync).toMatchObject({ kind: 'RESYNC', revision: null, conversation: { id } })
      expect(snapshot).toMatchObject({ kind: 'SNAPSHOT', conversation: { id } })
      await note(id, 'goes on')
      expect((await stream.next()).kind).toBe('EVENT')
      stream.stop()
    }
  })
})

describe.each([
  ['conversationUpdated', updated],
  ['messageAdded', added],
])('%s', (_, document) => {
  test('begins with a snapshot, and what happens while that is read still comes', async () => {
    const id = await server.conversation(inboxId)
    await newest()
    const restore = after(server, 'conversation.byIds', () => note(id, 'meanwhile'))
    const stream = overWebSocket(document, { id, snapshot: true })
    expect(await stream.next()).toMatchObject({
      kind: 'SNAPSHOT',
      revision: 2,
      conversation: { revision: 2 },
    })
    expect(await stream.next()).toMatchObject({ kind: 'EVENT', revision: 3 })
    restore()
  })

  test('an event that the snapshot holds already is known by its revision', async () => {
    const id = await server.conversation(inboxId)
    await newest()
    const restore = before(server, 'conversation.byIds', () => note(id, 'held'))
    const stream = overWebSocket(document, { id, snapshot: true })
    const [snapshot, held] = await stream.take(2)
    expect(snapshot).toMatchObject({ kind: 'SNAPSHOT', revision: 3 })
    expect(snapshot.conversation.messages.nodes.map(texts)).toEqual(['Hello', 'held'])
    expect(held).toMatchObject({ kind: 'EVENT', revision: 3 })
    restore()
  })

  test('refuses a conversation that is unknown or not in sight as typing does', async () => {
    const hidden = await server.conversation(await server.inbox('Hidden'))
    const { token } = await server.agent('Ann', [inboxId])
    for (const id of [hidden, 'conv_unknown']) {
      const refusals = await Promise.all(
        [document, typing].map((each) => refusal(overWebSocket(each, { id }, token))),
      )
      expect(refusals[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } })
      expect(refusals[0]).toEqual(refusals[1])
    }
    expect(await refusal(overWebSocket(document, { id: hidden }, null))).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    })
  })

  test('an agent who is taken out of the inbox is told so, shown nothing more, and the stream ends', async () => {
    const { id: agentId, token } = await server.agent('Leaver', [inboxId])
    const id = await server.conversation(inboxId)
    const stream = overWebSocket(document, { id, after: await newest() }, token)
    await note(id, 'seen')
    expect(await stream.next()).toMatchObject({ kind: 'EVENT', conversation: { id } })
    await removeMember(agentId)
    await note(id, 'not for them')
    expect(await stream.next()).toMatchObject({ kind: 'LOST', revision: null, conversation: null })
    await expect(stream.next()).rejects.toThrow('ended')
  })

  test('a revoked token ends the stream', async () => {
    const { token } = await server.agent('Revoked', [inboxId])
    const id = await server.conversation(inboxId)
    const stream = overSse(document, { id, after: await newest() }, token)
    await note(id, 'seen')
    await stream.next()
    const { apiTokens } = await server.must('{ apiTokens { id } }', {}, token)
    await server.must(`mutation ($id: ID!) { revokeApiToken(input: { tokenId: $id }) { __typename } }`, {
      id: apiTokens[0].id,
    })
    await note(id, 'not for them')
    await expect(stream.next()).rejects.toThrow('ended')
  })
})

test('what an event shows is never older than the event', async () => {
  const id = await server.conversation(inboxId)
  const stream = overWebSocket(updated, { id, after: await newest() })
  await Promise.all(Array.from({ length: 30 }, (_, i) => note(id, `n${i}`)))
  const updates = await stream.take(30)
  expect(updates.map(({ revision }) => revision)).toEqual(Array.from({ length: 30 }, (_, i) => i + 3))
  for (const { revision, conversation, event } of updates) {
    expect(conversation.revision).toBeGreaterThanOrEqual(revision)
    expect(conversation.messages.nodes.map(texts)).toContain(event.message.text)
  }
})

test('whoever may not see notes is told of a note without its words', async () => {
  const fin = await server.createFin()
  const id = await server.conversation(fin.inboxId)
  const inbox = storedId('Inbox', fin.inboxId) ?? ''
  const actor: IntegrationActor = {
    kind: 'INTEGRATION',
    integrationId: storedId('FinIntegration', fin.integrationId) ?? '',
    agentId: storedId('Agent', fin.agentId) ?? '',
    inboxId: inbox,
    seesNotes: false,
    bindsByEmail: true,
    inboxIds: [inbox],
  }
  const stream = await subscribe({
    schema,
    document: parse(added),
    variableValues: { id, after: await newest() },
    contextValue: contextFor(server.app, actor),
  })
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream))
  await note(id, 'for agents')
  const { value } = await stream.next()
  expect(value?.data?.messageAdded).toMatchObject({ kind: 'EVENT', revision: 3, message: null })
  expect(JSON.stringify(value)).not.toContain('for agents')
  await stream.return?.()
})

/** The error that a stream is refused with. */
async function refusal({ next }: ReturnType<typeof payloads>) {
  const errors = await next().then(
    () => [],
    (error: Error) => JSON.parse(error.message),
  )
  const [{ message, extensions }] = errors
  return { message, extensions }
}

const otherLog = Buffer.from('otherotherx.5').toString('base64url')

async function aheadOfLog() {
  return Buffer.from(`${server.app.log}.999999999`).toString('base64url')
}

const texts = ({ text }: { text: string }) => text

async function note(id: string, body: string) {
  await server.must(
    `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id, body },
  )
}

function setStatus(id: string, status: string) {
  return server.must(
    `mutation ($id: ID!, $status: ConversationStatus!) {
      setConversationStatus(input: { conversationId: $id, status: $status }) { __typename ... on Error { reason: message } } }`,
    { id, status },
  )
}

async function removeMember(agentId: string) {
  await server.app.db.pool.query('delete from inbox_member where agent_id = $1', [storedId('Agent', agentId)])
  server.app.principals.forget()
}

/** Where the log stands, once everything committed has its position. */
async function newest(): Promise<string> {
  await numberEvents(server.app.db)
  return (await server.must('{ eventCursor }')).eventCursor
}
