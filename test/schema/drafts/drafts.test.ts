import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { storedId } from '../../../src/ids.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { connect, listen } from '../../support/socket.js'
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

const kinds = ['PUBLIC', 'PRIVATE'] as const

async function withDrafts(...people: Person[]): Promise<string> {
  const conversationId = await server.conversation(inboxId)
  for (const person of people) {
    for (const visibility of kinds) {
      await the.must('saveDraft', { conversationId, visibility, body: `<p>${visibility}</p>` }, person)
    }
  }
  return conversationId
}

const visibilities = async (id: string, person: Person) =>
  (await the.conversation(id, person)).drafts.map(({ visibility }: { visibility: string }) => visibility)

test('a reply and a note are kept apart, safe, each the agent’s own, without an event', async () => {
  const id = await withDrafts(ann)
  const input = { conversationId: id, visibility: 'PUBLIC', body: '<p>Hello<script>x</script></p>' }
  const { conversation } = await the.must('saveDraft', input, ann)
  expect(conversation.drafts).toMatchObject([
    { visibility: 'PUBLIC', body: '<p>Hello</p>', text: 'Hello', failure: null },
    { visibility: 'PRIVATE', text: 'PRIVATE' },
  ])
  expect((await the.conversation(id, ben)).drafts).toEqual([])
  expect(conversation.revision).toBe(2)
  const mine = await server.must('{ viewer { drafts { text conversation { id } } } }', {}, ann.token)
  expect(mine.viewer.drafts[0]).toEqual({ text: 'Hello', conversation: { id } })
  expect((await server.must('{ viewer { drafts { id } } }', {}, ben.token)).viewer.drafts).toEqual([])
})

test('an empty one is discarded, and so is one that is thrown away', async () => {
  const id = await withDrafts(ann)
  await the.must('saveDraft', { conversationId: id, visibility: 'PUBLIC', body: '<p> </p>' }, ann)
  expect(await visibilities(id, ann)).toEqual(['PRIVATE'])
  for (let times = 0; times < 2; times++) {
    await the.must('discardDraft', { conversationId: id, visibility: 'PRIVATE' }, ann)
    expect(await visibilities(id, ann)).toEqual([])
  }
})

test('two tabs: without a guard the last wins, with one the second is shown the present draft', async () => {
  const id = await server.conversation(inboxId)
  const save = (body: string, guard: object) =>
    the.call('saveDraft', { conversationId: id, visibility: 'PUBLIC', body, ...guard }, ann)
  const { conversation } = await save('one', { expectedUpdatedAt: null })
  const { updatedAt } = conversation.drafts[0]
  expect(await save('none seen', { expectedUpdatedAt: null })).toMatchObject({ code: 'CONFLICT' })
  expect((await save('two', { expectedUpdatedAt: updatedAt })).__typename).toBe('SaveDraftPayload')
  for (const body of ['three', '']) {
    const refused = await save(body, { expectedUpdatedAt: updatedAt })
    expect(refused).toMatchObject({ code: 'CONFLICT', conversation: { drafts: [{ text: 'two' }] } })
  }
  expect((await save('four', {})).conversation.drafts[0].text).toBe('four')
})

test('a tab that saw no draft is refused also when another saves one meanwhile', async () => {
  const id = await server.conversation(inboxId)
  const other = new pg.Client({ connectionString: server.ownerUrl })
  await other.connect()
  onTestFinished(() => other.end())
  await other.query('begin')
  await other.query(
    `insert into draft (id, agent_id, conversation_id, visibility, body, text) values (gen_random_uuid(), $1, $2, 'PUBLIC', 'one', 'one')`,
    [storedId('Agent', ann.id), storedId('Conversation', id)],
  )
  const input = { conversationId: id, visibility: 'PUBLIC', body: 'two', expectedUpdatedAt: null }
  const answer = the.call('saveDraft', input, ann)
  await eventually(async () => {
    const { rows } = await other.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    expect(rows).toHaveLength(1)
  })
  await other.query('commit')
  expect(await answer).toMatchObject({ code: 'CONFLICT', conversation: { drafts: [{ text: 'one' }] } })
})

// Both ways of writing a message: in one statement, and step by step.
test.each([
  ['replyToConversation', {}, 'PRIVATE'],
  ['replyToConversation', { idempotencyKey: 'a key' }, 'PRIVATE'],
  ['replyToConversation', { expectedVersion: 2 }, 'PRIVATE'],
  ['addNote', {}, 'PUBLIC'],
  ['addNote', { andThen: { status: 'RESOLVED' } }, 'PUBLIC'],
])('%s %o discards the sender’s draft of its kind, and no other', async (mutation, more, left) => {
  const id = await withDrafts(ann, ben)
  await the.must('assignConversation', { conversationId: id, agentId: ben.id }, ann)
  await the.must(mutation, { conversationId: id, body: 'Sent', ...more }, ann)
  expect(await visibilities(id, ann)).toEqual([left])
  expect(await visibilities(id, ben)).toEqual([...kinds])
})

test('a reply that is refused leaves the draft', async () => {
  const id = await withDrafts(ann)
  const stale = { conversationId: id, body: 'Sent', expectedVersion: 7 }
  expect(await the.call('replyToConversation', stale, ann)).toMatchObject({ code: 'CONFLICT' })
  expect(await visibilities(id, ann)).toEqual([...kinds])
})

test('who does not see the conversation saves nothing there, and finds no draft of theirs any more', async () => {
  const id = await withDrafts(ann)
  const stranger = await server.agent('Stranger', [])
  const input = { conversationId: id, visibility: 'PUBLIC', body: 'x' }
  expect(await the.call('saveDraft', input, stranger)).toMatchObject({ code: 'NOT_FOUND' })
  expect(await the.call('discardDraft', { ...input, body: undefined }, stranger)).toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('who follows the same with the same rights is shown their own drafts', async () => {
  const id = await withDrafts(ann)
  const streams = [ann, ben].map(({ token }) => {
    const client = connect(server.url, token)
    const document = `subscription ($id: ID!) { conversationUpdated(id: $id, snapshot: true) {
      conversation { revision drafts { text } } } }`
    return { client, ...listen(client, document, { id }) }
  })
  const drafts = () =>
    Promise.all(
      streams.map(async ({ next }) => (await next()).conversationUpdated.conversation.drafts.length),
    )
  expect(await drafts()).toEqual([2, 0])
  await server.must(
    'mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "look" }) { __typename } }',
    { id },
  )
  expect(await drafts()).toEqual([2, 0])
  for (const { client } of streams) await client.dispose()
})
