import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startReceiver } from '../webhooks/receiver.js'
import { variants } from './contracts.js'
import { type FinClient, fetchToken, finClient, objectId } from './finClient.js'

// Two brands, each with an inbox and a Fin of its own, on one helpdesk.
let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function brand(name: string, webhookBaseUrl: string) {
  const fin = await server.createFin({ name, webhookBaseUrl })
  const token = await fetchToken(server, fin)
  return { fin, client: (variant: 'rest' | 'posts'): FinClient => finClient(server, token, variant) }
}

test.each(variants)('neither sees, finds or changes what is the other’s: %s', async (variant) => {
  const [one, two] = [await brand('One', 'http://127.0.0.1:1'), await brand('Two', 'http://127.0.0.1:1')]
  const [here, there] = [one.client(variant), two.client(variant)]
  const ids = { object_id: objectId(), message: { object_id: objectId(), body: 'Of one' } }
  const { conversation, message } = await here.open({ ...ids, user: { id: objectId() } })

  const conversation_id = conversation.id
  await there.refused('getConversation', { conversation_id }, 404)
  await there.refused('getMessages', { conversation_id }, 404)
  await there.refused('updateConversation', { conversation_id, status: 'closed' }, 404)
  await there.refused('createMessage', { conversation_id, body: 'Let me in' }, 404)
  await there.refused('getUser', { user_id: conversation.user.id }, 404)
  await there.refused('updateUser', { user_id: conversation.user.id, attributes: { a: 1 } }, 404)

  const other = await there.open({ ...ids, message: { ...ids.message, body: 'Of two' } })
  expect(other.conversation.id).not.toBe(conversation.id)
  expect(other.message).toMatchObject({ body: 'Of two', conversation_id: other.conversation.id })
  expect(
    await there.call('getMessages', { conversation_id: other.conversation.id, after_id: message.id }),
  ).toEqual([other.message])
  const stolen = await there.call('updateConversation', {
    conversation_id: other.conversation.id,
    assignee_id: one.fin.agentId,
  })
  expect(stolen.assignee.id).toBe(two.fin.agentId)
  expect(await here.call('getConversation', { conversation_id })).toEqual(conversation)
  expect(await here.call('getMessages', { conversation_id })).toEqual([message])
})

test('each is told of its own conversations only', async () => {
  const receivers = [await startReceiver(), await startReceiver()] as const
  const brands = [await brand('One', receivers[0].url), await brand('Two', receivers[1].url)] as const
  const ids: string[] = []
  for (const { fin, client } of brands) {
    const { conversation } = await client('posts').open()
    const { token } = await server.agent('Ann', [fin.inboxId])
    await server.must(
      `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) { __typename } }`,
      { id: conversation.id },
      token,
    )
    ids.push(conversation.id)
  }
  for (const [index, receiver] of receivers.entries()) {
    await receiver.arrival(1)
    await eventually(() => {
      expect(receiver.received.map(({ body }) => body)).toEqual([{ conversation_id: ids[index] }])
    })
  }
})
