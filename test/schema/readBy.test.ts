import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

test('a conversation tells who has read it, how far and when; whoever looks is among them', async () => {
  const id = await server.conversation(inboxId)
  const ann = await server.agent('Ann', [inboxId])
  const bob = await server.agent('Bob', [inboxId])
  const eve = await server.agent('Eve', [inboxId])
  const start = new Date().toISOString()
  await markRead(id, ann.token)
  await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "Two" }) { __typename ... on Error { reason: message } } }`,
    { id },
  )
  await markRead(id, bob.token)
  for (const { token } of [ann, eve]) {
    const { conversation } = await server.must(
      'query ($id: ID!) { conversation(id: $id) { readBy { agent { id name } seq readAt } } }',
      { id },
      token,
    )
    expect(conversation.readBy).toEqual([
      { agent: { id: bob.id, name: 'Bob' }, seq: 2, readAt: expect.any(String) },
      { agent: { id: ann.id, name: 'Ann' }, seq: 1, readAt: expect.any(String) },
    ])
    for (const { readAt } of conversation.readBy) expect(readAt >= start).toBe(true)
  }
})

test('each conversation of a list has its own readers, or none', async () => {
  const inbox = await server.inbox('Several')
  const [one, two, three] = [
    await server.conversation(inbox),
    await server.conversation(inbox),
    await server.conversation(inbox),
  ]
  const { id: annId, token } = await server.agent('Ann', [inbox])
  for (const id of [one, three]) await markRead(id, token)
  await markRead(three, server.token)
  const { conversations } = await server.must(
    `query ($inbox: ID!) { conversations(filter: { inboxId: $inbox }) { nodes { id readBy { agent { id } } } } }`,
    { inbox },
    token,
  )
  const readers = Object.fromEntries(
    conversations.nodes.map(({ id, readBy }: { id: string; readBy: { agent: { id: string } }[] }) => [
      id,
      readBy.map(({ agent }) => agent.id),
    ]),
  )
  expect(readers).toEqual({ [one]: [annId], [two]: [], [three]: [annId, expect.any(String)] })
})

function markRead(id: string, token: string) {
  return server.must(
    'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename ... on Error { reason: message } } }',
    { id },
    token,
  )
}

test('what one writes is read by whoever had read all before it, and by nobody else', async () => {
  const id = await server.conversation(inboxId)
  const [ann, bob] = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])]
  await markRead(id, ann.token)
  for (const [name, input] of [
    ['replyToConversation', { body: 'Takes it over' }],
    ['replyToConversation', { body: 'In one statement' }],
    ['addNote', { body: 'A note', andThen: { status: 'RESOLVED' } }],
    ['addNote', { body: 'Another', idempotencyKey: 'another' }],
  ] as const) {
    await write(name, { conversationId: id, ...input }, ann.token)
    expect([await unread(id, ann.token), await isListed(id, ann.token)]).toEqual([0, false])
  }
  expect(await unread(id, bob.token)).toBe(5)
  await write('replyToConversation', { conversationId: id, body: 'Unseen' }, bob.token)
  expect(await unread(id, bob.token)).toBe(6)
  await write('addNote', { conversationId: id, body: 'Behind what is not read' }, ann.token)
  expect(await unread(id, ann.token)).toBe(2)
})

test('it is unread again from a message on, or from the newest, and never less than it was', async () => {
  const id = await server.conversation(inboxId)
  const { token } = await server.agent('Ann', [inboxId])
  for (const body of ['two', 'three']) await write('addNote', { conversationId: id, body }, server.token)
  const mark = async (input: object) => {
    await write('markConversationUnread', { conversationId: id, ...input }, token)
    return unread(id, token)
  }
  expect(await mark({})).toBe(3)
  await markRead(id, token)
  expect(await mark({})).toBe(1)
  expect(await isListed(id, token)).toBe(true)
  expect(await mark({ seq: 2, idempotencyKey: 'unread' })).toBe(2)
  expect(await mark({ seq: 3 })).toBe(2)
  expect(await mark({ seq: 99 })).toBe(2)
  await markRead(id, token)
  await write('markConversationUnread', { conversationId: id, seq: 2, idempotencyKey: 'unread' }, token)
  expect(await unread(id, token)).toBe(0)
  expect(await mark({ seq: 1 })).toBe(3)
  const { conversation } = await server.must(
    'query ($id: ID!) { conversation(id: $id) { readBy { agent { id } } } }',
    { id },
    token,
  )
  expect(conversation.readBy).toEqual([])
})

const write = (name: string, input: object, token: string) => {
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`
  return server.must(
    `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
    { input },
    token,
  )
}

const unread = async (id: string, token: string): Promise<number> =>
  (await server.must('query ($id: ID!) { conversation(id: $id) { unreadCount } }', { id }, token))
    .conversation.unreadCount

async function isListed(id: string, token: string): Promise<boolean> {
  const { conversations } = await server.must(
    '{ conversations(filter: { unread: true }, first: 100) { nodes { id } } }',
    {},
    token,
  )
  return conversations.nodes.some((node: { id: string }) => node.id === id)
}
