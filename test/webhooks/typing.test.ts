import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.js'
import { startReceiver } from './receiver.js'
import { connect, movableClock } from './setup.js'

const clock = movableClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

const typing = (id: string, isTyping = true) =>
  `setTyping(input: { conversationId: "${id}", isTyping: ${isTyping} }) { __typename ... on Error { message } }`

test('Fin is told who writes, at most once in 3 s', async () => {
  const receiver = await startReceiver()
  const { human, conversation, act, deliveries } = await connect(server, receiver)
  const [one, other] = [await conversation(), await conversation()]
  await act(typing(one))
  const { body } = await receiver.arrival(1)
  expect(body).toEqual({
    conversation_id: one,
    event_type: 'agent_typing',
    data: {
      agent: {
        id: human.id,
        user_type: 'agent',
        name: 'Maria',
        email: expect.stringMatching(/^maria.*@example\.com$/),
      },
    },
  })
  await act(typing(one))
  await act(typing(one, false))
  await act(typing(other))
  expect((await receiver.arrival(2)).body.conversation_id).toBe(other)
  clock.advance(3_000)
  await act(typing(one))
  expect((await receiver.arrival(3)).body.conversation_id).toBe(one)
  expect(await deliveries()).toEqual([])
})

test('it is not tried again', async () => {
  const receiver = await startReceiver((_, response) => response.writeHead(500).end())
  const { conversation, act, reply, settled } = await connect(server, receiver)
  const id = await conversation()
  await act(typing(id))
  await receiver.arrival(1)
  receiver.reply = (_, response) => response.writeHead(202).end()
  await reply(id)
  await settled('DELIVERED')
  expect(receiver.received.map(({ body }) => body.event_type)).toEqual(['agent_typing', undefined])
})
