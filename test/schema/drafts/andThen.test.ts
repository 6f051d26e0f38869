import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../support/server.js'
import { desk, type Person } from './desk.js'

let server: TestServer
let the: ReturnType<typeof desk>
let inboxId: string
let ann: Person
let ben: Person

beforeAll(async () => {
  server = await startTestServer()
  the = desk(server)
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
  ben = await server.agent('Ben', [inboxId])
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

const later = '2099-01-01T00:00:00.000Z'

test('a reply resolves in one change: the message first, then what became of the conversation', async () => {
  const id = await server.conversation(inboxId)
  const input = { conversationId: id, body: 'Done.', andThen: { status: 'RESOLVED' }, idempotencyKey: 'once' }
  const first = await the.must('replyToConversation', input, ann)
  expect(first.conversation).toMatchObject({
    status: 'RESOLVED',
    version: 2,
    revision: 5,
    assignee: { id: ann.id },
  })
  expect(await the.must('replyToConversation', input, ann)).toEqual(first)
  expect((await the.events(id)).slice(-3)).toEqual(['MESSAGE_ADDED', 'ASSIGNMENT_CHANGED', 'STATUS_CHANGED'])
})

test('where a person holds the conversation already, it resolves with the reply all the same', async () => {
  const id = await server.conversation(inboxId)
  await the.must('assignConversation', { conversationId: id, agentId: ann.id }, ann)
  const input = { conversationId: id, body: 'Done.', andThen: { status: 'CLOSED' } }
  expect((await the.must('replyToConversation', input, ann)).conversation.status).toBe('CLOSED')
})

test('a note snoozes, and hands on', async () => {
  const id = await server.conversation(inboxId)
  const andThen = { snoozedUntil: later, assignTo: { agentId: ben.id } }
  const { conversation } = await the.must('addNote', { conversationId: id, body: 'For Ben.', andThen }, ann)
  expect(conversation).toMatchObject({ status: 'SNOOZED', snoozedUntil: later, assignee: { id: ben.id } })
})

test('a reply that hands on leaves the conversation with the other, not with who replied', async () => {
  const id = await server.conversation(inboxId)
  const input = { conversationId: id, body: 'Ben will help.', andThen: { assignTo: { agentId: ben.id } } }
  expect((await the.must('replyToConversation', input, ann)).conversation.assignee.id).toBe(ben.id)
})

test('to be what it is already records nothing but the message', async () => {
  const id = await server.conversation(inboxId)
  const input = { conversationId: id, body: 'Look', andThen: { status: 'OPEN' } }
  expect((await the.must('addNote', input, ann)).conversation).toMatchObject({ version: 1, revision: 3 })
})

test('what cannot be is refused with the message', async () => {
  const id = await server.conversation(inboxId)
  const stranger = await server.agent('Stranger', [])
  const admin = { token: server.token }
  for (const [andThen, error] of [
    [{ status: 'SNOOZED' }, { field: 'andThen.status' }],
    [{ snoozedUntil: '2001-01-01T00:00:00.000Z' }, { field: 'andThen.snoozedUntil' }],
    [{ status: 'RESOLVED', snoozedUntil: later }, { field: 'andThen' }],
    [{ assignTo: { agentId: stranger.id } }, { code: 'FORBIDDEN' }],
    [{ assignTo: { agentId: 'agent_nobody' } }, { code: 'NOT_FOUND' }],
  ] as const) {
    const answer = await the.call('replyToConversation', { conversationId: id, body: 'Hi', andThen }, admin)
    expect(answer).toMatchObject(error)
  }
  const stale = { conversationId: id, body: 'Hi', andThen: { status: 'RESOLVED' }, expectedVersion: 7 }
  expect(await the.call('replyToConversation', stale, ann)).toMatchObject({ code: 'CONFLICT' })
  expect(await the.events(id)).toEqual(['CONVERSATION_OPENED', 'MESSAGE_ADDED'])
})
