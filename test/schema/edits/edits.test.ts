import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FinClient, fetchToken, finClient } from '../../rest-adapter/finClient.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { startReceiver } from '../../webhooks/receiver.js'
import { editDesk } from './desk.js'

let server: TestServer
let desk: ReturnType<typeof editDesk>
let fin: FinClient
let inboxId: string
let ann: string
let bob: string
let conversationId: string

beforeAll(async () => {
  server = await startTestServer()
  desk = editDesk(server)
  const made = await server.createFin()
  fin = finClient(server, await fetchToken(server, made), 'posts')
  inboxId = made.inboxId
  ann = (await server.agent('Ann', [inboxId])).token
  bob = (await server.agent('Bob', [inboxId])).token
})
beforeEach(async () => {
  conversationId = (await fin.open({ message: { body: 'Where is it?' } })).conversation.id
})
afterAll(() => server.stop())

test('an edit shows what stands there now, keeps what stood there before, and moves nothing else', async () => {
  const messageId = await desk.say(conversationId, '<p>On <b>Monday</b></p>', ann)
  const before = await desk.shown(conversationId)
  const { message } = await desk.change('editMessage', { messageId, body: '<p>On Tuesday</p>' }, ann)
  expect(message).toMatchObject({ id: messageId, seq: 2, body: '<p>On Tuesday</p>', text: 'On Tuesday' })
  expect(message.editedAt).not.toBeNull()
  expect(message.edits).toEqual([
    { kind: 'EDITED', text: 'On Monday', attachments: [], agent: { name: 'Ann' } },
  ])
  const { messages: _, ...after } = await desk.shown(conversationId)
  const { messages: __, ...same } = before
  expect(after).toEqual({ ...same, preview: 'On Tuesday', revision: before.revision + 1 })
  expect(await desk.eventsOf(conversationId)).toEqual([
    {
      type: 'MESSAGE_EDITED',
      revision: before.revision + 1,
      actor: { name: 'Ann' },
      message: { id: messageId },
    },
  ])
})

test('an edit that changes nothing is none, and what it leaves out stays', async () => {
  const attachments = [{ url: 'https://example.com/a.pdf', filename: 'a.pdf' }]
  const messageId = await desk.say(conversationId, 'Here', ann, { attachments })
  expect((await desk.change('editMessage', { messageId, body: 'Here' }, ann)).message.edits).toEqual([])
  expect((await desk.change('editMessage', { messageId }, ann)).message.editedAt).toBeNull()
  expect(await desk.eventsOf(conversationId)).toEqual([])
  const { message } = await desk.change('editMessage', { messageId, attachments: [] }, ann)
  expect(message).toMatchObject({ text: 'Here', attachments: [] })
  expect(message.edits[0].attachments).toEqual([{ filename: 'a.pdf' }])
})

test('a message must still say something', async () => {
  const messageId = await desk.say(conversationId, 'Here', ann)
  expect(await desk.change('editMessage', { messageId, body: ' ' }, ann)).toMatchObject({ code: 'INVALID' })
  expect(await desk.change('editMessage', { messageId, body: null }, ann)).toMatchObject({ code: 'INVALID' })
})

test('only its author and an admin edit a message, nobody what an end-user or Fin said', async () => {
  const messageId = await desk.say(conversationId, 'Mine', ann)
  const edited = { messageId, body: 'Changed' }
  expect(await desk.change('editMessage', edited, bob)).toMatchObject({ code: 'FORBIDDEN' })
  expect((await desk.change('editMessage', edited)).message.text).toBe('Changed')
  const said = await fin.call('createMessage', {
    conversation_id: conversationId,
    object_id: `said ${conversationId}`,
    body: 'I am Fin',
    author: { user_type: 'agent' },
  })
  const [{ id: asked }] = (await desk.shown(conversationId)).messages.nodes
  for (const messageId of [said.id, asked]) {
    expect(await desk.change('editMessage', { messageId, body: 'x' })).toMatchObject({ code: 'FORBIDDEN' })
  }
})

test('who does not see the conversation finds no message to change', async () => {
  const messageId = await desk.say(conversationId, 'Mine', ann)
  const outsider = (await server.agent('Outsider', [await server.inbox()])).token
  for (const [mutation, code] of [
    ['editMessage', 'NOT_FOUND'],
    ['deleteMessage', 'NOT_FOUND'],
    ['redactMessage', 'FORBIDDEN'],
  ] as const) {
    const input = { messageId, ...(mutation === 'editMessage' && { body: 'x' }) }
    expect(await desk.change(mutation, input, outsider), mutation).toMatchObject({ code })
  }
})

test('a deleted message keeps its place and its history, and a repeat changes nothing', async () => {
  await desk.say(conversationId, 'First', ann)
  const messageId = await desk.say(conversationId, 'Second', ann)
  expect(await desk.change('deleteMessage', { messageId }, bob)).toMatchObject({ code: 'FORBIDDEN' })
  const { message, conversation } = await desk.change('deleteMessage', { messageId }, ann)
  expect(message).toMatchObject({ seq: 3, body: null, text: '', attachments: [], redactedAt: null })
  expect(message.deletedAt).not.toBeNull()
  expect(message.edits).toEqual([
    { kind: 'DELETED', text: 'Second', attachments: [], agent: { name: 'Ann' } },
  ])
  expect(conversation).toMatchObject({ preview: 'First', messageCount: 3 })
  const again = await desk.change('deleteMessage', { messageId })
  expect(again.conversation.revision).toBe(conversation.revision)
  expect(await desk.change('editMessage', { messageId, body: 'x' }, ann)).toMatchObject({ code: 'CONFLICT' })
  expect(await desk.eventsOf(conversationId)).toMatchObject([{ type: 'MESSAGE_DELETED' }])
})

test('the preview stays where another message is the one that it shows', async () => {
  const first = await desk.say(conversationId, 'First', ann)
  const note = await desk.note(conversationId, 'Between us', ann)
  const last = await desk.say(conversationId, 'Last', ann)
  await desk.change('editMessage', { messageId: first, body: 'Other' }, ann)
  const noted = await desk.change('editMessage', { messageId: note, body: 'Between you and me' }, ann)
  expect(noted.conversation.preview).toBe('Last')
  const without = await desk.change('deleteMessage', { messageId: last }, ann)
  expect(without.conversation.preview).toBe('Other')
  const [asked] = (await desk.shown(conversationId)).messages.nodes
  await desk.change('deleteMessage', { messageId: asked.id })
  const none = await desk.change('deleteMessage', { messageId: first })
  expect(none.conversation.preview).toBeNull()
})

test('a search finds what stands there now, and nothing of before', async () => {
  const found = async (text: string) => {
    const { conversations } = await server.must(
      'query ($text: String!) { conversations(filter: { text: $text }) { nodes { id } } }',
      { text },
    )
    return conversations.nodes.length
  }
  const messageId = await desk.say(conversationId, 'A quokka', ann)
  expect(await found('quokka')).toBe(1)
  await desk.change('editMessage', { messageId, body: 'A numbat' }, ann)
  expect([await found('quokka'), await found('numbat')]).toEqual([0, 1])
  await desk.change('deleteMessage', { messageId }, ann)
  expect([await found('quokka'), await found('numbat')]).toEqual([0, 0])
})

test('Fin pulls what stands there now, without what was deleted, and pages on after that', async () => {
  const pulled = async (after_id?: string) =>
    (await fin.call('getMessages', { conversation_id: conversationId, ...(after_id && { after_id }) })).map(
      ({ body }: { body: string }) => body,
    )
  const first = await desk.say(conversationId, 'First', ann)
  const second = await desk.say(conversationId, 'Second', ann)
  await desk.say(conversationId, 'Third', ann)
  await desk.change('editMessage', { messageId: first, body: 'Premier' }, ann)
  await desk.change('deleteMessage', { messageId: second }, ann)
  expect(await pulled()).toEqual(['Where is it?', 'Premier', 'Third'])
  expect(await pulled(second)).toEqual(['Third'])
  await desk.change('redactMessage', { messageId: first })
  expect(await pulled()).toEqual(['Where is it?', 'Third'])
})

test.each([
  ['a reply', true, true],
  ['a note that it sees', false, true],
  ['a note that it does not see (never)', false, false],
] as const)(
  'Fin is told of each change of %s, once, and its pulls tell it nothing',
  async (_, isPublic, sees) => {
    const receiver = await startReceiver()
    const made = await server.createFin({ webhookBaseUrl: receiver.url, sendsNotes: sees })
    const id = await server.conversation(made.inboxId)
    await eventually(() => expect(receiver.received).toHaveLength(1))
    const isTold = isPublic || sees
    const messageId = isPublic ? await desk.say(id, 'Hello') : await desk.note(id, 'Hello')
    let told = isTold ? 2 : 1
    await eventually(() => expect(receiver.received).toHaveLength(told))
    for (const [mutation, more] of [
      ['editMessage', { body: 'Hi' }],
      ['deleteMessage', {}],
      ['redactMessage', {}],
    ] as const) {
      await desk.change(mutation, { messageId, ...more })
      if (isTold) told++
      await eventually(() => expect(receiver.received).toHaveLength(told))
    }
    const client = finClient(server, await fetchToken(server, made), 'posts')
    await client.call('getMessages', { conversation_id: id })
    // Whatever else it were told of would come before this.
    await desk.say(id, 'Goodbye')
    await eventually(() => expect(receiver.received).toHaveLength(told + 1))
  },
)
