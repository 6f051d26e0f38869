import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BulkServer, startBulkServer } from './bulkServer.js'

let server: BulkServer

beforeAll(async () => {
  server = await startBulkServer(2_000)
}, 120_000)
afterAll(() => server.stop())

test('an inbox takes 1 statement, whatever its rows', async () => {
  const inbox = `query ($inboxId: ID!, $first: Int!) { conversations(filter: { inboxId: $inboxId }, first: $first) {
    nodes { id status priority title preview lastActivityAt messageCount tags { id name } endUser { id name email }
      assignee { id name } } pageInfo { endCursor } } }`
  for (const first of [5, 25, 100]) {
    const issued = await server.issuedBy(async () => {
      const { conversations } = await server.must(inbox, { inboxId: server.inboxIds[0], first })
      expect(conversations.nodes).toHaveLength(first)
    })
    expect(issued, issued.join()).toHaveLength(1)
  }
})

test('a screen of conversations with their newest messages takes 2', async () => {
  const screen = `query ($inboxId: ID!, $first: Int!) { conversations(filter: { inboxId: $inboxId }, first: $first) {
    nodes { id messages(last: 3) { nodes { seq text author { ... on Agent { name } ... on EndUser { email } } } } } } }`
  for (const first of [5, 25, 100]) {
    const issued = await server.issuedBy(() => server.must(screen, { inboxId: server.inboxIds[0], first }))
    expect(issued, issued.join()).toHaveLength(2)
  }
})

test('a timeline takes 2, whatever its rows', async () => {
  const timeline = `query ($id: ID!, $last: Int!) { conversation(id: $id) {
    id status tags { id name } endUser { id name email } assignee { id name }
    messages(last: $last) {
      nodes { id seq body createdAt author { ... on Agent { id name } ... on EndUser { id email } } } } } }`
  for (const last of [5, 25, 50]) {
    const issued = await server.issuedBy(async () => {
      const { conversation } = await server.must(timeline, { id: server.longIds[0], last })
      expect(conversation.messages.nodes).toHaveLength(last)
    })
    expect(issued, issued.join()).toHaveLength(2)
  }
})

test('a timeline of messages and events takes 2', async () => {
  const timeline = `query ($id: ID!, $last: Int!) { conversation(id: $id) { id
    timeline(last: $last) { edges { event { revision origin { api } } node {
      ... on Message { id seq body createdAt author { ... on Agent { id name } ... on EndUser { id email } } }
      ... on Event { type occurredAt cursor } ... on StatusChanged { from to } } } } } }`
  for (const last of [5, 50]) {
    const issued = await server.issuedBy(async () => {
      const { conversation } = await server.must(timeline, { id: server.longIds[0], last })
      expect(conversation.timeline.edges).toHaveLength(last)
    })
    expect(issued, issued.join()).toHaveLength(2)
  }
})

test('a screen of conversations with their timelines takes 2, and with their readers 1 more', async () => {
  const screen = (more: string) => `query ($inboxId: ID!, $first: Int!) {
    conversations(filter: { inboxId: $inboxId }, first: $first) { nodes { id ${more}
      timeline(last: 3) { nodes { ... on Message { text author { ... on Agent { name } } } } } } } }`
  for (const first of [5, 25, 100]) {
    for (const [more, statements] of [
      ['', 2],
      ['readBy { seq agent { name } }', 3],
    ] as const) {
      const issued = await server.issuedBy(() =>
        server.must(screen(more), { inboxId: server.inboxIds[0], first }),
      )
      expect(issued, issued.join()).toHaveLength(statements)
    }
  }
})

test('what Fin asks of the messages takes 2', async () => {
  const issued = await server.issuedBy(async () => {
    expect(await server.finMessages(server.longIds[0])).toHaveLength(60)
  })
  expect(issued, issued.join()).toHaveLength(2)
})

/** The conversation is somebody's: there is no rule to apply. */
const replyWith = (input: () => object) =>
  server.issuedBy(() =>
    server.must(
      `mutation ($input: ReplyToConversationInput!) { replyToConversation(input: $input) { __typename
        ... on ReplyToConversationPayload { message { id seq text } conversation { id revision preview } } } }`,
      { input: { conversationId: server.longIds[0], body: '<p>Hello</p>', ...input() } },
    ),
  )

test('a repeatable reply takes 1', async () => {
  let replies = 0
  const issued = await replyWith(() => ({ idempotencyKey: `reply ${++replies}` }))
  expect(issued, issued.join()).toHaveLength(1)
})

test('one that says which version it saw takes 8, begin and commit among them', async () => {
  const { conversation } = await server.must('query ($id: ID!) { conversation(id: $id) { version } }', {
    id: server.longIds[0],
  })
  let replies = 0
  const issued = await replyWith(() => ({
    idempotencyKey: `seen ${++replies}`,
    expectedVersion: conversation.version,
  }))
  expect(issued, issued.join()).toHaveLength(8)
  expect([issued[0], issued[7]]).toEqual(['begin', 'commit'])
})

test('marking a conversation as read takes 1, repeatable or not', async () => {
  const mark = (more: object) =>
    server.issuedBy(() =>
      server.must(
        `mutation ($input: MarkConversationReadInput!) { markConversationRead(input: $input) { __typename
          ... on MarkConversationReadPayload { conversation { id revision } } } }`,
        { input: { conversationId: server.longIds[0], ...more } },
      ),
    )
  let marks = 0
  for (const more of [() => ({}), () => ({ seq: 3 }), () => ({ idempotencyKey: `mark ${++marks}` })]) {
    await mark(more())
    const issued = await mark(more())
    expect(issued, issued.join()).toHaveLength(1)
  }
})
