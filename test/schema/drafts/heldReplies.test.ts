import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.js'
import { forgetHeldReplies } from '../../../src/heldReply/forget.js'
import { storedId } from '../../../src/ids.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { connect, listen } from '../../support/socket.js'
import { type Data, desk, type Person } from './desk.js'

let now = Date.parse('2026-01-01T00:00:00.000Z')
const clock: Clock = { now: () => new Date(now) }
let server: TestServer
let the: ReturnType<typeof desk>
let inboxId: string
let ann: Person
let ben: Person

beforeAll(async () => {
  server = await startTestServer({ clock })
  the = desk(server)
  inboxId = await server.inbox()
  ann = await server.agent('Ann', [inboxId])
  ben = await server.agent('Ben', [inboxId])
})
afterAll(async () => {
  expect(server.faults).toEqual([])
  await server.stop()
})

async function hold(input: object = {}, person = ann): Promise<{ id: string; heldReplyId: string }> {
  const id = await server.conversation(inboxId)
  const { heldReply } = await the.must('holdReply', { conversationId: id, body: 'Held.', ...input }, person)
  return { id, heldReplyId: heldReply.id }
}

async function state(heldReplyId: string, { token } = ann): Promise<Data> {
  const document = `query ($id: ID!) { node(id: $id) { ... on HeldReply {
    state body failure message { text } } } }`
  return (await server.must(document, { id: heldReplyId }, token)).node
}

/** The time has come, and the timer has seen it. */
async function passes(heldReplyId: string, seconds = 10, becomes = 'SENT'): Promise<void> {
  now += seconds * 1_000
  await eventually(async () => expect((await state(heldReplyId)).state).toBe(becomes))
}

const texts = async (id: string) =>
  (await the.conversation(id, ann)).messages.nodes.map(({ text }: Data) => text)

test('a reply waits for its time, in sight of all, and is then sent as any', async () => {
  const { id, heldReplyId } = await hold({ andThen: { status: 'RESOLVED' } })
  const seen = await the.conversation(id, ben)
  const sendsAt = new Date(now + 10_000).toISOString()
  expect(seen.heldReplies).toEqual([
    {
      id: heldReplyId,
      state: 'HELD',
      agent: { id: ann.id },
      body: null,
      sendsAt,
      andThen: { status: 'RESOLVED', isAssigned: false, agent: null },
    },
  ])
  expect((await state(heldReplyId)).body).toBe('Held.')
  expect(await texts(id)).toEqual(['Hello'])
  await passes(heldReplyId)
  expect(await state(heldReplyId)).toEqual({
    state: 'SENT',
    body: null,
    failure: null,
    message: { text: 'Held.' },
  })
  expect(await the.conversation(id, ann)).toMatchObject({
    status: 'RESOLVED',
    assignee: { id: ann.id },
    heldReplies: [],
    drafts: [],
  })
  expect((await the.events(id)).slice(2)).toEqual([
    'REPLY_HELD',
    'MESSAGE_ADDED',
    'ASSIGNMENT_CHANGED',
    'STATUS_CHANGED',
  ])
})

test('holding discards the draft, undoing gives it back, before what was begun since', async () => {
  const id = await server.conversation(inboxId)
  const draft = { conversationId: id, visibility: 'PUBLIC' }
  await the.must('saveDraft', { ...draft, body: '<p>First</p>' }, ann)
  const held = await the.must('holdReply', { conversationId: id, body: '<p>First</p>' }, ann)
  expect(held.conversation.drafts).toEqual([])
  await the.must('saveDraft', { ...draft, body: '<p>Second</p>' }, ann)
  const undone = await the.must('undoReply', { heldReplyId: held.heldReply.id }, ann)
  expect(undone.heldReply).toMatchObject({ state: 'UNDONE', failure: null, message: null })
  expect(undone.conversation).toMatchObject({
    heldReplies: [],
    drafts: [{ body: '<p>First</p><br /><p>Second</p>', failure: null }],
  })
  expect((await the.events(id)).slice(2)).toEqual(['REPLY_HELD', 'REPLY_UNDONE'])
})

test('what was begun since stays when it is sent', async () => {
  const { id, heldReplyId } = await hold()
  await the.must('saveDraft', { conversationId: id, visibility: 'PUBLIC', body: 'And also' }, ann)
  await passes(heldReplyId)
  expect((await the.conversation(id, ann)).drafts).toMatchObject([{ text: 'And also', failure: null }])
})

test('what became of it is known for a week and more, then forgotten', async () => {
  const [over, waiting] = [await hold(), await hold({ seconds: 60 })]
  await the.must('undoReply', { heldReplyId: over.heldReplyId }, ann)
  const day = 24 * 60 * 60 * 1_000
  const at = (days: number) => ({ ...server.app.db, clock: { now: () => new Date(now + days * day) } })
  await forgetHeldReplies(at(7.5))
  expect(await state(over.heldReplyId)).toMatchObject({ state: 'UNDONE' })
  await forgetHeldReplies(at(9))
  expect(await state(over.heldReplyId)).toBeNull()
  expect(await state(waiting.heldReplyId)).toMatchObject({ state: 'HELD' })
  await the.must('undoReply', { heldReplyId: waiting.heldReplyId }, ann)
})

test('what is over can be neither undone nor sent again', async () => {
  const sent = await hold()
  const { heldReply } = await the.must('sendHeldReply', { heldReplyId: sent.heldReplyId }, ann)
  expect(heldReply).toMatchObject({ state: 'SENT', message: { text: 'Held.' } })
  const undone = await hold()
  await the.must('undoReply', { heldReplyId: undone.heldReplyId }, ann)
  for (const { id, heldReplyId } of [sent, undone]) {
    for (const mutation of ['undoReply', 'sendHeldReply']) {
      const answer = await the.call(mutation, { heldReplyId }, ann)
      expect(answer).toMatchObject({ code: 'CONFLICT', conversation: { id } })
    }
  }
  expect(await texts(sent.id)).toEqual(['Hello', 'Held.'])
  expect(await texts(undone.id)).toEqual(['Hello'])
})

test('of undoing and sending at once exactly one wins', async () => {
  for (let round = 0; round < 10; round++) {
    const { id, heldReplyId } = await hold()
    const answers = await Promise.all([
      the.call('undoReply', { heldReplyId }, ann),
      the.call('sendHeldReply', { heldReplyId }, ann),
    ])
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(1)
    const { drafts } = await the.conversation(id, ann)
    expect((await texts(id)).length + drafts.length).toBe(2)
  }
})

test('another may answer meanwhile, and the end-user may write: it is sent all the same', async () => {
  const { id, heldReplyId } = await hold()
  await the.must('replyToConversation', { conversationId: id, body: 'I was quicker.' }, ben)
  await server.must(
    `mutation ($id: ID!) { receiveMessage(input: { conversationId: $id, message: { body: "Hello?" } }) { __typename } }`,
    { id },
  )
  await passes(heldReplyId)
  expect(await texts(id)).toEqual(['Hello', 'I was quicker.', 'Hello?', 'Held.'])
})

test('only its agent undoes it or sends it early; who does not see the conversation finds none', async () => {
  const { heldReplyId } = await hold()
  const stranger = await server.agent('Stranger', [])
  for (const mutation of ['undoReply', 'sendHeldReply']) {
    expect(await the.call(mutation, { heldReplyId }, ben)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await the.call(mutation, { heldReplyId }, stranger)).toMatchObject({ code: 'NOT_FOUND' })
  }
  expect(await state(heldReplyId, stranger)).toBeNull()
  await the.must('undoReply', { heldReplyId }, ann)
})

test('it is refused at once where it could not be sent', async () => {
  const id = await server.conversation(inboxId)
  const inTime = new Date(now + 5_000).toISOString()
  for (const [input, error] of [
    [{ seconds: 0 }, { field: 'seconds' }],
    [{ seconds: 61 }, { field: 'seconds' }],
    [{ body: '' }, { field: 'body' }],
    [{ andThen: { snoozedUntil: inTime } }, { field: 'andThen.snoozedUntil' }],
    [{ andThen: { assignTo: { agentId: 'agent_nobody' } } }, { code: 'NOT_FOUND' }],
    [{ expectedVersion: 7 }, { code: 'CONFLICT' }],
  ] as const) {
    expect(await the.call('holdReply', { conversationId: id, body: 'Hi', ...input }, ann)).toMatchObject(
      error,
    )
  }
  expect(await the.events(id)).toEqual(['CONVERSATION_OPENED', 'MESSAGE_ADDED'])
})

const change = (sql: string, ...ids: string[]) =>
  server.app.db.pool.query(
    sql,
    ids.map((id) => storedId(id.startsWith('agent') ? 'Agent' : 'Inbox', id)),
  )

test.each([
  [
    'MOVED_ON',
    { expectedVersion: 1 },
    (id: string) => the.must('setConversationStatus', { conversationId: id, status: 'CLOSED' }, ben),
  ],
  [
    'OUT_OF_SIGHT',
    {},
    (_: string, carl: Person) => change('delete from inbox_member where agent_id = $1', carl.id),
  ],
  [
    'AGENT_ARCHIVED',
    {},
    (_: string, carl: Person) => change('update agent set archived_at = now() where id = $1', carl.id),
  ],
  [
    'REFUSED',
    { demoted: true },
    (_: string, carl: Person) => change(`update agent set role = 'READ_ONLY' where id = $1`, carl.id),
  ],
  ['REFUSED', { toBen: true }, () => change('update agent set archived_at = now() where id = $1', ben.id)],
] as const)('what cannot be sent any more is a draft again that says %s', async (failure, given, happens) => {
  const carl = await server.agent('Carl', [inboxId])
  const { toBen, demoted: _, ...input } = given as { toBen?: boolean; demoted?: boolean }
  const { id, heldReplyId } = await hold(
    { ...input, ...(toBen && { andThen: { assignTo: { agentId: ben.id } } }) },
    carl,
  )
  await happens(id, carl)
  await passes(heldReplyId, 10, 'FAILED')
  expect((await state(heldReplyId)).failure).toBe(failure)
  await change('update agent set archived_at = null where id = any(array[$1, $2]::uuid[])', carl.id, ben.id)
  await change(
    'insert into inbox_member (inbox_id, agent_id) values ($1, $2) on conflict do nothing',
    inboxId,
    carl.id,
  )
  server.app.principals.forget()
  expect((await the.conversation(id, carl)).drafts).toMatchObject([{ body: 'Held.', failure }])
  expect(await texts(id)).toEqual(['Hello'])
  expect((await the.events(id)).at(-1)).toBe('REPLY_UNDONE')
})

test('screens follow, without a word of what it says', async () => {
  const id = await server.conversation(inboxId)
  const beginning = Buffer.from(`${server.app.log}.0`).toString('base64url')
  const client = connect(server.url, ben.token)
  const events = listen(
    client,
    `subscription ($after: EventCursor, $filter: EventFilter) {
      events(after: $after, filter: $filter) { type
      conversation { heldReplies { id } }
      ... on ReplyHeld { heldReply { id body agent { id } } } ... on ReplyUndone { failure heldReply { id } } } }`,
    { after: beginning, filter: { conversationId: id } },
  )
  const { heldReply } = await the.must('holdReply', { conversationId: id, body: 'A secret' }, ann)
  const heard = await events.until(({ events: { type } }) => type === 'REPLY_HELD')
  expect(heard.at(-1).events).toMatchObject({
    heldReply: { id: heldReply.id, body: null, agent: { id: ann.id } },
  })
  await the.must('undoReply', { heldReplyId: heldReply.id }, ann)
  expect((await events.next()).events).toEqual({
    type: 'REPLY_UNDONE',
    failure: null,
    heldReply: { id: heldReply.id },
    conversation: { heldReplies: [] },
  })
  await client.dispose()
  const { rows } = await server.app.db.pool.query(`select json_agg(e)::text as log from event e`)
  expect(rows[0].log).not.toMatch(/A secret|Held\./)
})
