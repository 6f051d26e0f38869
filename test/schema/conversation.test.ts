import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
})
afterAll(() => server.stop())

const reply = `mutation ($input: ReplyToConversationInput!) { replyToConversation(input: $input) {
  __typename
  ... on ReplyToConversationPayload {
    message { id seq body text author { ... on Agent { id } } }
    conversation { id version revision messageCount preview waitingSince assignee { id } }
  }
  ... on ConflictError { code reason: message conversation { id version title } }
  ... on ValidationError { field code }
  ... on Error { code reason: message } } }`

describe('a reply', () => {
  test('is stored, shown and takes an unheld conversation over', async () => {
    const { id: agentId, token } = await server.agent('Ann', [inboxId])
    const conversationId = await server.conversation(inboxId)
    const { replyToConversation } = await server.must(
      reply,
      { input: { conversationId, body: '<p>Hi <script>alert(1)</script><b>there</b></p>' } },
      token,
    )
    expect(replyToConversation).toMatchObject({
      message: { seq: 2, body: '<p>Hi <b>there</b></p>', text: 'Hi there', author: { id: agentId } },
      conversation: { messageCount: 2, preview: 'Hi there', waitingSince: null, assignee: { id: agentId } },
    })
  })

  test('repeated shows the first result as it is now', async () => {
    const conversationId = await server.conversation(inboxId)
    const input = { conversationId, body: 'once', idempotencyKey: 'k' }
    const first = (await server.must(reply, { input })).replyToConversation
    await server.must(reply, { input: { conversationId, body: 'another' } })
    const again = (await server.must(reply, { input })).replyToConversation
    expect(again.message).toEqual(first.message)
    expect(again.conversation.messageCount).toBe(3)
  })

  test.each([
    ['an empty body', { body: '  ' }, 'ValidationError'],
    [
      'an unknown conversation',
      { conversationId: 'conv_01h455vb4pex5vsknk084sn02q', body: 'x' },
      'NotFoundError',
    ],
    ['a malformed id', { conversationId: 'nonsense', body: 'x' }, 'NotFoundError'],
    [
      'an attachment over http',
      { body: 'x', attachments: [{ url: 'http://example.com/a.pdf' }] },
      'ValidationError',
    ],
  ])('with %s is refused as data', async (_, change, error) => {
    const conversationId = await server.conversation(inboxId)
    const { data } = await server.graphql(reply, { input: { conversationId, ...change } })
    expect(data.replyToConversation.__typename).toBe(error)
  })
})

test('a selection of __typename alone works on a mutation and on every nested object', async () => {
  const conversationId = await server.conversation(inboxId)
  const { replyToConversation } = await server.must(
    `mutation ($input: ReplyToConversationInput!) { replyToConversation(input: $input) { __typename } }`,
    { input: { conversationId, body: 'x' } },
  )
  expect(replyToConversation).toEqual({ __typename: 'ReplyToConversationPayload' })
  const data = await server.must(
    `query ($id: ID!) {
      viewer { __typename agent { __typename } inboxes { __typename members { __typename } } }
      inboxes { __typename } agents { __typename } finIntegrations { __typename } apiTokens { __typename }
      node(id: $id) { __typename }
      conversation(id: $id) { __typename inbox { __typename } endUser { __typename } messages { __typename nodes { __typename author { __typename } } } }
      conversations { __typename edges { __typename } } events { __typename nodes { __typename conversation { __typename } } } }`,
    { id: conversationId },
  )
  expect(data.conversation.inbox).toEqual({ __typename: 'Inbox' })
  expect(data.viewer.inboxes[0].__typename).toBe('Inbox')
})
