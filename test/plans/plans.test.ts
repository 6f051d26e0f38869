import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BulkServer, startBulkServer } from './bulkServer.js'
import { expectPage } from './explain.js'

let server: BulkServer

beforeAll(async () => {
  server = await startBulkServer(100_000)
}, 300_000)
afterAll(() => server.stop())

const list = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int, $after: String) {
  conversations(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes { id title status endUser { id name email } assignee { id name } tags { id name } preview }
    pageInfo { endCursor hasNextPage } } }`

interface List {
  filter: object
  /** The busiest agent's. */
  assigned?: boolean
  everyInbox?: boolean
  field?: 'CREATED' | 'WAITING_SINCE' | 'PRIORITY' | 'SNOOZED_UNTIL'
  index: string
  /** Pages that are merged: one for each status when none is given. */
  merged?: number
}

const byInbox = 'conversation_inbox_activity'
const byStatus = 'conversation_inbox_status_activity'
const byPriority = 'conversation_inbox_status_priority'
const byWaiting = 'conversation_inbox_status_waiting'
const bySnooze = 'conversation_inbox_snoozed'
const byAssignee = 'conversation_inbox_assignee_activity'

describe.each<[string, List]>([
  ['of an inbox', { filter: {}, index: byInbox }],
  ['of every inbox', { filter: {}, everyInbox: true, index: byInbox }],
  ['by status', { filter: { status: ['OPEN'] }, index: byStatus }],
  ['by two statuses', { filter: { status: ['OPEN', 'SNOOZED'] }, index: byStatus, merged: 2 }],
  ['by assignee', { filter: {}, assigned: true, index: byAssignee, merged: 5 }],
  ['by assignee and status', { filter: { status: ['CLOSED'] }, assigned: true, index: byAssignee }],
  ['of what nobody holds', { filter: { unassigned: true, status: ['CLOSED'] }, index: byAssignee }],
  ['of the little that nobody holds', { filter: { unassigned: true, status: ['ENDED'] }, index: byAssignee }],
  ['by priority', { filter: {}, field: 'PRIORITY', index: byPriority, merged: 5 }],
  ['by priority and status', { filter: { status: ['OPEN'] }, field: 'PRIORITY', index: byPriority }],
  ['by waiting', { filter: {}, field: 'WAITING_SINCE', index: byWaiting, merged: 5 }],
  ['by waiting and status', { filter: { status: ['OPEN'] }, field: 'WAITING_SINCE', index: byWaiting }],
  [
    'of what is snoozed, by when it wakes',
    { filter: { status: ['SNOOZED'] }, field: 'SNOOZED_UNTIL', index: bySnooze },
  ],
  [
    'of what is snoozed in every inbox, by when it wakes',
    { filter: { status: ['SNOOZED'] }, everyInbox: true, field: 'SNOOZED_UNTIL', index: bySnooze },
  ],
  ['by when it was opened', { filter: {}, field: 'CREATED', index: 'conversation_inbox_created' }],
])('the list %s', (_, { filter, assigned, everyInbox, field = 'LAST_ACTIVITY', index, merged = 1 }) => {
  describe.each(['DESC', 'ASC'])('%s', (direction) => {
    test.each([0, 5])('beyond %i pages of 100 reads its page and no more', async (pages) => {
      const variables = {
        filter: {
          ...filter,
          ...(!everyInbox && { inboxId: server.inboxIds[0] }),
          ...(assigned && { assigneeId: server.agentIds[0] }),
        },
        orderBy: { field, direction },
        first: 100,
        after: null,
      }
      for (let page = 0; page < pages; page++) {
        const { conversations } = await server.must(list, variables)
        expect(conversations.pageInfo.hasNextPage).toBe(true)
        variables.after = conversations.pageInfo.endCursor
      }
      const statement = await server.statementOf('conversation.list', async () => {
        const { conversations } = await server.must(list, { ...variables, first: 25 })
        expect(conversations.nodes).toHaveLength(25)
      })
      await expectPage(server.databaseUrl, statement, { table: 'conversation', index, most: 26, merged })
    })
  })
})

test("the list of an end-user's reads theirs alone", async () => {
  const { conversations } = await server.must(list, { filter: { inboxId: server.inboxIds[0] }, first: 1 })
  const filter = { inboxId: server.inboxIds[0], endUserId: conversations.nodes[0].endUser.id }
  const statement = await server.statementOf('conversation.list', () => server.must(list, { filter }))
  const index = 'conversation_end_user_activity'
  await expectPage(server.databaseUrl, statement, { table: 'conversation', index, most: 100 })
})

test('the list of what is one’s own is read and counted as that of any assignee', async () => {
  const { viewer } = await server.must('{ viewer { agent { id } } }')
  const issued = (filter: object) =>
    server.recorder.of(() =>
      server.must(
        `query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount nodes { id } } }`,
        { filter: { status: ['OPEN'], ...filter } },
      ),
    )
  // A document is compiled when it comes again.
  await issued({})
  const [own, named] = [await issued({ assignedToMe: true }), await issued({ assigneeId: viewer.agent.id })]
  const read = (all: typeof own) =>
    all.filter(({ name }) => name.startsWith('conversation.')).map(({ name, values }) => [name, values])
  expect(read(own)).toHaveLength(2)
  expect(read(own)).toEqual(read(named))
})

const page = { table: 'message', index: 'message_conversation_id_seq_key' }

test('a timeline reads its page of messages', async () => {
  const statement = await server.statementOf('message.', async () => {
    const { conversation } = await server.must(
      `query ($id: ID!) { conversation(id: $id) { id endUser { id name } assignee { id name }
        messages(last: 50) { nodes { seq text author { ... on Agent { name } ... on EndUser { email } } } } } }`,
      { id: server.longIds[0] },
    )
    expect(conversation.messages.nodes).toHaveLength(50)
  })
  await expectPage(server.databaseUrl, statement, { ...page, most: 51 })
})

test('a timeline of messages and events reads its page of events, and what belongs to them row by row', async () => {
  const timeline = `query ($id: ID!, $before: String) { conversation(id: $id) {
    timeline(last: 25, before: $before) { nodes {
      ... on Message { id seq text author { ... on Agent { name } ... on EndUser { email } } }
      ... on Event { type cursor } } pageInfo { startCursor } } } }`
  const variables = { id: server.longIds[0], before: null }
  for (let pages = 0; pages < 2; pages++) {
    const statement = await server.statementOf('conversation.timeline', async () => {
      const { conversation } = await server.must(timeline, variables)
      expect(conversation.timeline.nodes).toHaveLength(25)
      variables.before = conversation.timeline.pageInfo.startCursor
    })
    await expectPage(server.databaseUrl, statement, {
      table: 'event',
      index: 'event_conversation_id_id_idx',
      most: 26,
    })
  }
})

test('what Fin has not seen of a conversation is read from its index', async () => {
  const { conversation } = await server.must(
    `query ($id: ID!) { conversation(id: $id) { messages(first: 50) { nodes { id } } } }`,
    { id: server.longIds[0] },
  )
  const statement = await server.statementOf('message.', async () => {
    const afterId = conversation.messages.nodes[49].id
    expect(await server.finMessages(server.longIds[0], afterId)).toHaveLength(10)
  })
  await expectPage(server.databaseUrl, statement, { ...page, beside: 'message_pkey', most: 10 })
})

test("a batch of the log's tail is read from the feed", async () => {
  const start = server.app.tail.position
  await server.must(
    `mutation ($id: ID!) { replyToConversation(input: { conversationId: $id, body: "Hello" }) { __typename } }`,
    { id: server.longIds[0] },
  )
  await vi.waitFor(() => expect(server.app.tail.position).toBeGreaterThan(start), { timeout: 15_000 })
  const tail = server.recorder.issued.findLast(({ name }) => name === 'events.tail')
  if (!tail) throw new Error('The tail has read nothing.')
  for (const after of [start - 1, Math.floor(start / 2)])
    await expectPage(
      server.databaseUrl,
      { ...tail, values: [after, 500] },
      { table: 'event_feed_0', index: 'event_feed_0_pkey', most: 500 },
    )
})
