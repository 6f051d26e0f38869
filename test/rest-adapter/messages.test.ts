import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestFin, type TestServer } from '../support/server.js'
import { type FinClient, fetchToken, finClient } from './finClient.js'

let server: TestServer
let fin: TestFin
let client: FinClient
let conversation_id: string
let ids: string[]

beforeAll(async () => {
  server = await startTestServer()
  fin = await server.createFin()
  client = finClient(server, await fetchToken(server, fin), 'posts')
  const { conversation, message } = await client.open()
  conversation_id = conversation.id
  ids = [message.id]
  for (let seq = 2; seq <= 115; seq++) {
    const { id } = await client.call('createMessage', { conversation_id, body: `${seq}` })
    ids.push(id)
  }
}, 120_000)
afterAll(() => server.stop())

async function idsAfter(after_id?: unknown): Promise<string[]> {
  const messages = await client.call('getMessages', { conversation_id, after_id })
  return messages.map((message: { id: string }) => message.id)
}

/** The statements that a call takes, but for its token's; others run in the background. */
async function statements(work: () => Promise<unknown>): Promise<string[]> {
  const { db } = server.app
  const { query } = db
  const names: string[] = []
  await client.call('getAgents')
  db.query = (statement, values) => {
    names.push(statement.name)
    return query(statement, values)
  }
  await work().finally(() => {
    db.query = query
  })
  const ours = /^(agent|conversation|endUser|message|tag)\.(?!snoozed)/
  return names.filter((name) => ours.test(name))
}

test('all messages come at once, oldest first, however many', async () => {
  expect(await idsAfter()).toEqual(ids)
  const rest = finClient(server, await fetchToken(server, fin), 'rest')
  const messages = await rest.call('getMessages', { conversation_id })
  expect(messages.map((message: { id: string }) => message.id)).toEqual(ids)
})

test('after_id leaves out what came before it, near and far', async () => {
  for (const index of [0, 7, 13, 14, 15, 16, 113, 114]) {
    expect(await idsAfter(ids[index])).toEqual(ids.slice(index + 1))
  }
})

test('a reader who follows by after_id misses nothing, however many write at once', async () => {
  const { conversation, message } = await client.open()
  const id = conversation.id
  const written = new Set([message.id])
  let isWriting = true
  const writing = Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      written.add((await client.call('createMessage', { conversation_id: id, body: `${number}` })).id)
    }),
  ).finally(() => {
    isWriting = false
  })
  const read: string[] = []
  for (let isLast = false; !isLast; ) {
    isLast = !isWriting
    const page = await client.call('getMessages', { conversation_id: id, after_id: read.at(-1) })
    read.push(...page.map((one: { id: string }) => one.id))
  }
  await writing
  expect(new Set(read)).toEqual(written)
  expect(read).toHaveLength(61)
})

test.each([null, '', 'msg_nonsense', '17', 'msg_01hv97e766fjg9yb4nn8a4r78f'])(
  'after_id %j is no message of this conversation: all',
  async (after_id) => {
    expect(await idsAfter(after_id)).toHaveLength(ids.length)
  },
)

test('after_id of another conversation: all', async () => {
  const { message } = await client.open()
  expect(await idsAfter(message.id)).toHaveLength(ids.length)
})

test('a sync reads with one statement for the conversation and one for its messages', async () => {
  for (const id of [ids[20], ids[114]]) {
    expect(await statements(() => idsAfter(id))).toEqual([
      expect.stringMatching(/^conversation\.byIds/),
      expect.stringMatching(/^message\.since/),
    ])
  }
  const reading = await statements(() => client.call('getConversation', { conversation_id }))
  expect(reading).toEqual([expect.stringMatching(/^conversation\.byIds/)])
})

test('notes come too', async () => {
  const { token } = await server.agent('Ann', [fin.inboxId])
  const { addNote } = await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "psst" }) {
      __typename ... on AddNotePayload { message { id author { ... on Agent { id } } } } } }`,
    { id: conversation_id },
    token,
  )
  const [note, ...others] = await client.call('getMessages', { conversation_id, after_id: ids.at(-1) })
  expect(others).toEqual([])
  expect(note).toMatchObject({
    id: addNote.message.id,
    visibility: 'private',
    author: { id: addNote.message.author.id, user_type: 'agent', name: 'Ann' },
  })
})

test('notes stay out where the integration is set so, and after_id of one leaves none out', async () => {
  const { inboxId, integrationId, ...hidden } = await server.createFin({ name: 'Without notes' })
  const without = finClient(server, await fetchToken(server, { inboxId, integrationId, ...hidden }), 'posts')
  const { conversation, message } = await without.open()
  const { token } = await server.agent('Bob', [inboxId])
  const write = async (mutation: string, body: string) => {
    const title = mutation === 'addNote' ? 'AddNote' : 'ReplyToConversation'
    const answer = await server.must(
      `mutation ($input: ${title}Input!) { ${mutation}(input: $input) {
        __typename ... on ${title}Payload { message { id } } } }`,
      { input: { conversationId: conversation.id, body } },
      token,
    )
    return answer[mutation].message.id
  }
  const note = await write('addNote', 'psst')
  const reply = await write('replyToConversation', 'Hello')
  const seen = async (after_id?: string) => {
    const messages = await without.call('getMessages', { conversation_id: conversation.id, after_id })
    return messages.map(({ id }: { id: string }) => id)
  }
  expect(await seen()).toEqual([message.id, note, reply])

  await server.must(
    `mutation ($id: ID!) { updateFinIntegration(input: { integrationId: $id, sendsNotes: false }) {
      __typename ... on Error { reason: message } } }`,
    { id: integrationId },
  )
  expect(await seen()).toEqual([message.id, reply])
  expect(await seen(note)).toEqual([reply])
})
