import { afterAll, beforeAll, expect, test } from 'vitest'
import { storedId } from '../../src/ids.js'
import { type TypingSignal, typingChannel } from '../../src/typing/typing.js'
import { stillClock } from '../support/clock.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from './receiver.js'
import { connect } from './setup.js'

const clock = stillClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

const typing = (id: string, isTyping = true) =>
  `setTyping(input: { conversationId: "${id}", isTyping: ${isTyping} }) { __typename ... on Error { message } }`

test('Fin is told who writes, at most once in 3 s', async () => {
  const receiver = await startReceiver()
  const { human, conversation, act, known, deliveries } = await connect(server, receiver)
  await known()
  const before = await deliveries()
  const [one, other] = [await conversation(), await conversation()]
  await act(typing(one))
  const { body } = await receiver.arrival(2)
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
  expect((await receiver.arrival(3)).body.conversation_id).toBe(other)
  clock.advance(3_000)
  await act(typing(one))
  expect((await receiver.arrival(4)).body.conversation_id).toBe(one)
  expect(await deliveries()).toEqual(before)
})

test('it is not tried again', async () => {
  const receiver = await startReceiver()
  const { conversation, act, reply, known, settled } = await connect(server, receiver)
  await known()
  const id = await conversation()
  receiver.reply = answers(500)
  await act(typing(id))
  await receiver.arrival(2)
  receiver.reply = accepted
  await reply(id)
  await settled('DELIVERED', 'DELIVERED')
  expect(receiver.received.map(({ body }) => body.event_type)).toEqual([undefined, 'agent_typing', undefined])
})

test('a bot that writes is not shown', async () => {
  const receiver = await startReceiver()
  const { fin, conversation, act, known } = await connect(server, receiver)
  await known()
  const id = await conversation()
  const { inboxId, agentId } = fin
  const signal: TypingSignal = {
    conversationId: storedId('Conversation', id) ?? '',
    inboxId: storedId('Inbox', inboxId) ?? '',
    agentId: storedId('Agent', agentId) ?? '',
    isTyping: true,
    node: server.app.node,
  }
  await server.app.db.prisma.$executeRaw`select pg_notify(${typingChannel}, ${JSON.stringify(signal)})`
  await act(typing(id))
  expect((await receiver.arrival(2)).body.data.agent.name).toBe('Maria')
  expect(receiver.received).toHaveLength(2)
})
