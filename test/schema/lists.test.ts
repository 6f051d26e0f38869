import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicId } from '../../src/ids.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let rows: Row[]
let inboxIds: string[]
let agentIds: string[]

interface Row {
  id: string
  inboxId: string
  assigneeId: string | null
  endUserId: string
  status: string
  at: number
  created: number
}

const statuses = ['OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED']

// Random conversations in three inboxes, many of them at the very same moment.
beforeAll(async () => {
  server = await startTestServer()
  inboxIds = [await server.inbox('A'), await server.inbox('B'), await server.inbox('C')]
  agentIds = [(await server.agent('Ann', inboxIds)).id, (await server.agent('Bob', inboxIds)).id]
  for (const inboxId of inboxIds) await server.conversation(inboxId)
  const { pool } = server.app.db
  await pool.query(
    `insert into conversation (id, inbox_id, end_user_id, status, assignee_id, last_activity_at, created_at)
     select gen_random_uuid(), e.inbox_id, e.id, ($1::text[])[1 + n % 5]::"ConversationStatus",
            (array(select id from agent where role = 'AGENT' order by id))[n % 3],
            '2026-01-01'::timestamptz + make_interval(secs => n * 7919 % 23), '2026-01-01'::timestamptz + make_interval(secs => n * 104729 % 31)
       from end_user e, generate_series(1, 40) n`,
    [statuses],
  )
  const result = await pool.query(
    `select id, inbox_id, assignee_id, end_user_id, status, last_activity_at, created_at from conversation`,
  )
  rows = result.rows.map((row) => ({
    id: publicId('Conversation', row.id),
    inboxId: publicId('Inbox', row.inbox_id),
    assigneeId: row.assignee_id && publicId('Agent', row.assignee_id),
    endUserId: publicId('EndUser', row.end_user_id),
    status: row.status,
    at: row.last_activity_at.getTime(),
    created: row.created_at.getTime(),
  }))
})
afterAll(() => server.stop())

const page = `query ($filter: ConversationFilter, $orderBy: ConversationOrder, $first: Int, $after: String, $last: Int, $before: String) {
  conversations(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

interface Filter {
  inboxId?: string
  status?: string[]
  assigneeId?: string
  unassigned?: boolean
  endUserId?: string
}

/** The whole list in the order asked for, by brute force. */
function expected(filter: Filter, field: string, direction: string): string[] {
  const key = field === 'CREATED' ? 'created' : 'at'
  return rows
    .filter((row) => !filter.inboxId || row.inboxId === filter.inboxId)
    .filter((row) => !filter.status || filter.status.includes(row.status))
    .filter((row) => !filter.assigneeId || row.assigneeId === filter.assigneeId)
    .filter((row) => !filter.unassigned || row.assigneeId === null)
    .filter((row) => !filter.endUserId || row.endUserId === filter.endUserId)
    .sort((a, b) => (a[key] - b[key] || (a.id < b.id ? -1 : 1)) * (direction === 'ASC' ? 1 : -1))
    .map((row) => row.id)
}

test.each([
  ['last', { first: 1, last: 1 }],
  ['before', { first: 1, before: 'x' }],
  ['before', { before: 'x' }],
  ['after', { last: 1, after: 'x' }],
])('a page has one direction: %s is refused in %j', async (field, range) => {
  const { status, errors } = await server.graphql(page, range)
  expect(status).toBe(200)
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID', field } })
})

describe('a list, paged in any order with any filter, is the same as brute force', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

  test.each(['forward', 'back'])('%s', { timeout: 120_000 }, async (way) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          field: fc.constantFrom('LAST_ACTIVITY', 'CREATED'),
          direction: fc.constantFrom('ASC', 'DESC'),
          size: fc.integer({ min: 5, max: 100 }),
          inbox: maybe(fc.nat(2)),
          // Perhaps one of them twice.
          status: maybe(fc.array(fc.constantFrom(...statuses), { minLength: 1, maxLength: 7 })),
          assignee: maybe(fc.constantFrom<'nobody' | 0 | 1>('nobody', 0, 1)),
          endUser: maybe(fc.nat(2)),
        }),
        async ({ field, direction, size, inbox, status, assignee, endUser }) => {
          const filter: Filter = {
            ...(inbox !== undefined && { inboxId: inboxIds[inbox] }),
            ...(status && { status }),
            ...(assignee === 'nobody' && { unassigned: true }),
            ...(typeof assignee === 'number' && { assigneeId: agentIds[assignee] }),
            ...(endUser !== undefined && {
              endUserId: [...new Set(rows.map((row) => row.endUserId))][endUser],
            }),
          }
          const whole = expected(filter, field, direction)
          const seen: string[] = []
          for (let cursor: string | null = null; ; ) {
            const range: object =
              way === 'forward' ? { first: size, after: cursor } : { last: size, before: cursor }
            const { conversations } = await server.must(page, {
              filter,
              orderBy: { field, direction },
              ...range,
            })
            expect(conversations.totalCount).toBe(whole.length)
            const ids = conversations.nodes.map((node: { id: string }) => node.id)
            if (way === 'forward') seen.push(...ids)
            else seen.unshift(...ids)
            const { hasNextPage, hasPreviousPage, startCursor, endCursor } = conversations.pageInfo
            if (!(way === 'forward' ? hasNextPage : hasPreviousPage)) break
            cursor = way === 'forward' ? endCursor : startCursor
          }
          expect(seen).toEqual(whole)
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('lists of the longest shapes are told apart, whatever they show', async () => {
  const inboxes = [...inboxIds, ...(await Promise.all(['D', 'E', 'F'].map((name) => server.inbox(name))))]
  const { token } = await server.agent('Cid', inboxes)
  const filter = { status: ['OPEN'], unassigned: true, endUserId: rows[0]?.endUserId }
  const list = (shown: string) =>
    `query ($filter: ConversationFilter, $after: String) {
      conversations(filter: $filter, after: $after, first: 1) { nodes { ${shown} } pageInfo { endCursor } } }`
  const shapes = ['id title', 'id title preview', 'id title preview priority']
  for (const shown of [...shapes, ...shapes]) {
    const { conversations } = await server.must(list(shown), { filter }, token)
    for (let again = 0; again < 5; again++) {
      await server.must(list(shown), { filter, after: conversations.pageInfo.endCursor }, token)
    }
  }
})

test('a cursor survives the row it came from', async () => {
  const { conversations: first } = await server.must(page, { first: 3 })
  const order = expected({}, 'LAST_ACTIVITY', 'DESC')
  await server.must(
    `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "moves to the top" }) { __typename ... on Error { reason: message } } }`,
    { id: order[2] },
  )
  const { conversations: second } = await server.must(page, { first: 3, after: first.pageInfo.endCursor })
  expect(second.nodes.map((node: { id: string }) => node.id)).toEqual(order.slice(3, 6))
})

test('a cursor of another order is refused', async () => {
  const { conversations } = await server.must(page, { first: 1 })
  const { errors } = await server.graphql(page, {
    first: 1,
    after: conversations.pageInfo.endCursor,
    orderBy: { field: 'CREATED', direction: 'ASC' },
  })
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID', field: 'after' } })
})

describe('a forged cursor is refused, and no fault of ours', () => {
  const id = '01890000-0000-7000-8000-000000000000'
  test.each([
    ['LAST_ACTIVITY', ['toString', id]],
    ['CREATED', ['8640000000000001', id]],
    ['WAITING_SINCE', ['-infinity', id]],
    ['SNOOZED_UNTIL', ['', 'x']],
    ['SNOOZED_UNTIL', ['never', id]],
    ['PRIORITY', ['toString', '1', id]],
    ['PRIORITY', ['__proto__', '1', id]],
    ['PRIORITY', ['HIGH', '1', 'x']],
    ['PRIORITY', ['HIGH']],
  ])('%s %j', async (field, parts) => {
    const after = Buffer.from([`conversations ${field} true`, ...parts].join('|')).toString('base64url')
    const { errors } = await server.graphql(page, { after, orderBy: { field, direction: 'DESC' } })
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID', field: 'after' } })
    expect(server.faults.splice(0)).toEqual([])
  })
})

test('a timeline pages from its end and from its start, 1 to n', async () => {
  const id = await server.conversation(inboxIds[0] ?? '')
  for (let i = 2; i <= 7; i++) {
    await server.must(
      `mutation ($id: ID!, $body: String!) { addNote(input: { conversationId: $id, body: $body }) { __typename ... on Error { reason: message } } }`,
      { id, body: `n${i}` },
    )
  }
  const timeline = async (range: string) => {
    const { conversation } = await server.must(
      `query ($id: ID!) { conversation(id: $id) { messages(${range}) { nodes { seq } pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } } }`,
      { id },
    )
    return {
      ...conversation.messages.pageInfo,
      seqs: conversation.messages.nodes.map((node: { seq: number }) => node.seq),
    }
  }
  const end = await timeline('last: 3')
  expect(end).toMatchObject({ seqs: [5, 6, 7], hasPreviousPage: true, hasNextPage: false })
  expect(await timeline(`last: 10, before: "${end.startCursor}"`)).toMatchObject({
    seqs: [1, 2, 3, 4],
    hasPreviousPage: false,
  })
  const start = await timeline('first: 2')
  expect(await timeline(`first: 10, after: "${start.endCursor}"`)).toMatchObject({
    seqs: [3, 4, 5, 6, 7],
    hasNextPage: false,
  })
})
