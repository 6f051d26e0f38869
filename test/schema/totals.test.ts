import { afterAll, beforeAll, expect, test } from 'vitest'
import { sumUpCounts } from '../../src/conversation/total.js'
import { startTestServer, type TestServer } from '../support/server.js'

let server: TestServer
let inboxId: string
let holders: (string | null)[]

beforeAll(async () => {
  server = await startTestServer()
  inboxId = await server.inbox()
  const agents = [await server.agent('Ann', [inboxId]), await server.agent('Bob', [inboxId])]
  holders = [null, ...agents.map(({ id }) => id)]
})
afterAll(() => server.stop())

const statuses = ['OPEN', 'SNOOZED', 'RESOLVED', 'CLOSED', 'ENDED']

const list = `query ($filter: ConversationFilter) {
  conversations(filter: $filter, first: 100) { totalCount nodes { id } } }`

/** The total of each kind of list, which must be the length of the list. */
async function totals(): Promise<number[]> {
  const kinds = [{}, ...statuses.map((status) => ({ status: [status] }))].flatMap((kind) => [
    kind,
    ...holders.map((id) => (id ? { ...kind, assigneeId: id } : { ...kind, unassigned: true })),
  ])
  return Promise.all(
    kinds.map(async (filter) => {
      const { conversations } = await server.must(list, { filter: { ...filter, inboxId } })
      expect({ filter, total: conversations.totalCount }).toEqual({
        filter,
        total: conversations.nodes.length,
      })
      return conversations.totalCount
    }),
  )
}

const assign = `mutation ($id: ID!, $to: ID) {
  assignConversation(input: { conversationId: $id, agentId: $to }) { ... on Error { reason: message } } }`
const set = `mutation ($id: ID!, $status: ConversationStatus!) {
  setConversationStatus(input: { conversationId: $id, status: $status }) { ... on Error { reason: message } } }`

test('totals stay those of the lists while many change at once, also when they are summed up meanwhile', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => server.conversation(inboxId)))
  let changing = true
  const summing = (async () => {
    while (changing) await Promise.all([sumUpCounts(server.app.db), sumUpCounts(server.app.background)])
  })()
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      ids.map(async (id, index) => {
        await server.must(assign, { id, to: holders[(index + round) % holders.length] })
        await server.must(set, { id, status: ['OPEN', 'RESOLVED', 'CLOSED'][(index * 5 + round) % 3] })
        if (index % 4 === 0) await server.conversation(inboxId)
      }),
    )
    await totals()
  }
  changing = false
  await summing
  const before = await totals()
  await sumUpCounts(server.app.db)
  expect(await totals()).toEqual(before)
})

test('what is taken back, or removed from the database, is not counted', async () => {
  const before = await totals()
  const { pool } = server.app.db
  const added = `insert into conversation (id, inbox_id, end_user_id, status)
    select gen_random_uuid(), inbox_id, id, 'ENDED' from end_user`
  await pool.query(`begin; ${added}; rollback`)
  expect(await totals()).toEqual(before)
  await pool.query(added)
  expect((await totals())[0]).toBeGreaterThan(before[0] as number)
  await pool.query(`delete from conversation where status = 'ENDED'`)
  expect(await totals()).toEqual(before)
})
