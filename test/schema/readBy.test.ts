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
