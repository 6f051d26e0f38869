import { afterAll, beforeAll, expect, test } from 'vitest'
import { syncConversation } from '../../src/conversation/sync.js'
import { storedId } from '../../src/ids.js'
import { receiveMessage } from '../../src/message/receive.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { startReceiver } from './receiver.js'
import { connect } from './setup.js'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test("a human's reply makes one webhook, with the key and nothing but the conversation's id", async () => {
  const receiver = await startReceiver()
  const { fin, conversation, reply, heard, settled, attempts } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  const webhook = await receiver.arrival(1)
  expect(webhook.path).toBe(`/hooks/standalone/custom_helpdesk_conversation_event/${fin.identifier}`)
  expect(webhook.headers['x-webhook-key']).toBe(fin.webhookKey)
  expect(webhook.headers['content-type']).toBe('application/json')
  expect(webhook.body).toEqual({ conversation_id: id })
  await heard()
  await settled('DELIVERED')
  expect(receiver.received).toHaveLength(1)
  expect(await attempts()).toMatchObject([{ statusCode: 202, note: '{}' }])
})

test('what happens while a webhook is under way goes out in exactly one more', async () => {
  let release = () => {}
  const receiver = await startReceiver((_, response) => {
    release = () => response.writeHead(202).end()
  })
  const { conversation, reply, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await receiver.arrival(1)
  receiver.reply = (_, response) => response.writeHead(202).end()
  for (let count = 0; count < 10; count++) await reply(id)
  await heard()
  release()
  await receiver.arrival(2)
  const [, second] = await settled('DELIVERED', 'DELIVERED')
  expect(Number(second?.lastPosition)).toBeGreaterThan(Number(second?.firstPosition))
  expect(receiver.received).toHaveLength(2)
})

test('a reply that is held or undone makes none, and one when it is sent', async () => {
  const receiver = await startReceiver()
  const { conversation, heard, settled, deliveries } = await connect(server, receiver)
  const conversationId = await conversation()
  const hold = async () => {
    const { holdReply } = await server.must(
      `mutation ($id: ID!) { holdReply(input: { conversationId: $id, body: "Held", seconds: 60 }) {
        __typename ... on HoldReplyPayload { heldReply { id } } } }`,
      { id: conversationId },
    )
    return { id: holdReply.heldReply.id }
  }
  const change = (name: string, variables: object) =>
    server.must(`mutation ($id: ID!) { ${name}(input: { heldReplyId: $id }) { __typename } }`, variables)
  await change('undoReply', await hold())
  const held = await hold()
  await heard()
  expect(await deliveries()).toHaveLength(0)
  await change('sendHeldReply', held)
  await receiver.arrival(1)
  await settled('DELIVERED')
})

test('what Fin itself writes makes none', async () => {
  const receiver = await startReceiver()
  const { actor, conversation, heard, deliveries } = await connect(server, receiver)
  const id = storedId('Conversation', await conversation()) ?? ''
  const { db } = server.app
  await receiveMessage(db, actor, {
    conversationId: id,
    author: 'END_USER',
    body: '<p>And another thing</p>',
  })
  await receiveMessage(db, actor, { conversationId: id, author: 'FIN', body: '<p>An answer</p>' })
  await syncConversation(db, actor, {
    conversationId: id,
    title: 'A matter',
    status: 'RESOLVED',
    tags: ['new'],
  })
  await syncConversation(db, actor, { conversationId: id, assigneeId: null })
  await heard()
  expect(await deliveries()).toEqual([])
})

test('handing a conversation back tells Fin once; what Fin says after a human took over tells it nothing', async () => {
  const receiver = await startReceiver()
  const { actor, act, conversation, reply, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await reply(id)
  await settled('DELIVERED')
  const { db } = server.app
  const conversationId = storedId('Conversation', id) ?? ''
  await receiveMessage(db, actor, { conversationId, author: 'FIN', body: '<p>Late</p>' })
  await syncConversation(db, actor, { conversationId, assigneeId: actor.agentId, status: 'RESOLVED' })
  await syncConversation(db, actor, { conversationId, endUser: { id: 'known elsewhere', name: 'Eva' } })
  await heard()
  expect(receiver.received).toHaveLength(1)
  await act(`handBackToFin(input: { conversationId: "${id}" }) { __typename ... on Error { message } }`)
  await settled('DELIVERED', 'DELIVERED')
  await act(`handBackToFin(input: { conversationId: "${id}" }) { __typename ... on Error { message } }`)
  await heard()
  expect(receiver.received.map(({ body }) => body)).toEqual([
    { conversation_id: id },
    { conversation_id: id },
  ])
})

test('what Fin cannot see makes none', async () => {
  const receiver = await startReceiver()
  const { act, conversation, heard, deliveries } = await connect(server, receiver)
  const id = await conversation()
  const said = '{ __typename ... on Error { message } }'
  await act(`updateConversation(input: { conversationId: "${id}", priority: HIGH }) ${said}`)
  await act(`snoozeConversation(input: { conversationId: "${id}", until: "2090-01-01T00:00:00Z" }) ${said}`)
  await act(`setConversationStatus(input: { conversationId: "${id}", status: OPEN }) ${said}`)
  await heard()
  expect(await deliveries()).toEqual([])
})

test('a note makes none where Fin is not shown notes', async () => {
  const receiver = await startReceiver()
  const { act, conversation, heard, deliveries } = await connect(server, receiver, { sendsNotes: false })
  const id = await conversation()
  await act(`addNote(input: { conversationId: "${id}", body: "<p>Hm</p>" }) { __typename }`)
  await heard()
  expect(await deliveries()).toEqual([])
})

test('notes, statuses, titles, tags, attributes and assignments make one each', async () => {
  const receiver = await startReceiver()
  const { act, conversation, heard, deliveries } = await connect(server, receiver)
  const changes = [
    (id: string) => `addNote(input: { conversationId: "${id}", body: "<p>Hm</p>" })`,
    (id: string) => `setConversationStatus(input: { conversationId: "${id}", status: RESOLVED })`,
    (id: string) => `updateConversation(input: { conversationId: "${id}", title: "A matter" })`,
    (id: string) => `updateConversation(input: { conversationId: "${id}", tags: ["new"] })`,
    (id: string) => `updateConversation(input: { conversationId: "${id}", attributes: { a: 1 } })`,
    (id: string) => `assignConversation(input: { conversationId: "${id}" })`,
  ]
  const ids: string[] = []
  for (const change of changes) {
    const id = await conversation()
    await act(`${change(id)} { __typename ... on Error { message } }`)
    ids.push(id)
  }
  await receiver.arrival(changes.length)
  await heard()
  expect(receiver.received.map(({ body }) => body.conversation_id).sort()).toEqual(ids.sort())
  expect(await deliveries()).toHaveLength(changes.length)
})

test('what happens during a pause goes out when it ends', async () => {
  const receiver = await startReceiver()
  const { conversation, reply, pause, resume, heard, settled } = await connect(server, receiver)
  const id = await conversation()
  await pause()
  await reply(id)
  await heard()
  await settled('PENDING')
  expect(receiver.received).toEqual([])
  await resume()
  expect((await receiver.arrival(1)).body).toEqual({ conversation_id: id })
})

test('a receiver that hangs slows no other', async () => {
  const hanging = await startReceiver(() => {})
  const quick = await startReceiver()
  const one = await connect(server, hanging)
  const other = await connect(server, quick)
  const ids = await Promise.all(Array.from({ length: 40 }, () => one.conversation()))
  await Promise.all(ids.map((id) => one.reply(id)))
  await hanging.arrival(32)
  await other.reply(await other.conversation())
  await quick.arrival(1)
  await other.settled('DELIVERED')
  expect(hanging.received).toHaveLength(32)
  hanging.reply = (_, response) => response.writeHead(202).end()
})
