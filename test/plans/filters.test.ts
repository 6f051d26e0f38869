import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicId } from '../../src/ids.js'
import { type BulkServer, startBulkServer } from './bulkServer.js'
import { expectAtMost } from './explain.js'

let server: BulkServer
let teamId: string
let tagIds: string[]

// One in a thousand conversations has a team, an attribute of its own, a rare word, or was handed off; all have some.
beforeAll(async () => {
  server = await startBulkServer(100_000)
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  const { rows } = await owner.query(
    `insert into team (id, name) values (gen_random_uuid(), 'Rare') returning id`,
  )
  teamId = publicId('Team', rows[0].id)
  await owner.query(
    `update conversation set team_id = $1, handed_off_at = now(), attributes = '{"order": "A-4711"}' where hashtext(id::text) % 1000 = 0`,
    [rows[0].id],
  )
  await owner.query(`update message set text = text || ' Hippopotamus.' where hashtext(id::text) % 5000 = 0`)
  await owner.query(
    `update conversation set attributes = '{"order": "other"}' where hashtext(id::text) % 10 = 1`,
  )
  await owner.query(
    `insert into mention (id, message_id, conversation_id, agent_id)
     select gen_random_uuid(), m.id, m.conversation_id, (select id from agent where role = 'ADMIN' limit 1)
       from message m where hashtext(m.id::text) % 2000 = 0`,
  )
  await owner.query('vacuum analyze')
  const tags = await owner.query(
    'select id from tag where inbox_id = (select inbox_id from conversation group by 1 order by count(*) desc limit 1) order by id limit 2',
  )
  tagIds = tags.rows.map(({ id }) => publicId('Tag', id))
  await owner.end()
}, 300_000)
afterAll(() => server.stop())

const list = `query ($filter: ConversationFilter, $orderBy: ConversationOrder) {
  conversations(filter: $filter, orderBy: $orderBy, first: 25) {
    nodes { id title status endUser { id name email } assignee { id name } preview } pageInfo { hasNextPage } } }`

// Beside the page: those that match, or those between the page's rows that do not.
test.each<[string, () => object, Record<string, number>]>([
  ['by team', () => ({ teamId }), { conversation: 60 }],
  ['by team and status', () => ({ teamId, status: ['OPEN'] }), { conversation: 300 }],
  ['of what was handed off', () => ({ handedOff: true }), { conversation: 60 }],
  ['by a tag', () => ({ tagIds }), { conversation: 2_000, conversation_tag: 5_000 }],
  ['by a rare attribute', () => ({ attribute: { key: 'order', value: 'A-4711' } }), { conversation: 300 }],
  [
    'by a rare word',
    () => ({ text: 'hippop' }),
    { conversation: 300, message: 200, end_user: 100, end_user_identity: 100 },
  ],
  [
    'by an end-user’s address',
    () => ({ text: 'user77@bulk.example' }),
    { conversation: 300, message: 100, end_user: 100, end_user_identity: 100 },
  ],
  [
    'of what is urgent or waits',
    () => ({ status: ['OPEN'], or: [{ priority: ['URGENT'] }, { waiting: true }] }),
    { conversation: 200 },
  ],
  [
    'of what one is mentioned in',
    () => ({ mentioned: true }),
    { conversation: 700, mention: 700, team_member: 10 },
  ],
  ['of what is unread', () => ({ status: ['OPEN'], unread: true }), { conversation: 60 }],
  [
    'of what nobody of two holds',
    () => ({
      status: ['OPEN'],
      not: { or: server.agentIds.slice(0, 2).map((assigneeId) => ({ assigneeId })) },
    }),
    { conversation: 100 },
  ],
  [
    'of the last week',
    () => ({ lastActivityAt: { after: new Date(Date.now() - 7 * 86_400_000).toISOString() } }),
    { conversation: 60 },
  ],
])('the list %s reads little beside its page', async (_, filter, most) => {
  const issued = await server.recorder.of(async () => {
    const { conversations } = await server.must(list, {
      filter: { inboxId: server.inboxIds[0], ...filter() },
    })
    expect(conversations.nodes.length).toBeGreaterThan(0)
  })
  const statement = issued.find(({ text }) => text.includes('cross join lateral'))
  if (!statement) throw new Error('Nothing was listed.')
  // The rows of the page, each with its end-user, their address, and up to three tags.
  const beside = { end_user: 26, end_user_identity: 26, conversation_tag: 78 }
  const all = Object.keys({ ...most, ...beside }).map((table) => [
    table,
    (most[table] ?? 0) + ((beside as Record<string, number>)[table] ?? 0),
  ])
  await expectAtMost(server.databaseUrl, statement, Object.fromEntries(all))
})

test('what is not kept is counted up to a bound, and said to be more', async () => {
  const total = `query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount isTotalCountExact } }`
  const filter = { priority: ['NONE'] }
  const { conversations: many } = await server.must(total, { filter })
  expect(many).toEqual({ totalCount: 10_000, isTotalCountExact: false })
  const issued = await server.recorder.of(() => server.must(total, { filter }))
  const counting = issued.find(({ text }) => text.includes('count(*)'))
  if (!counting) throw new Error('Nothing was counted.')
  await expectAtMost(server.databaseUrl, counting, { conversation: 40_000 })
  const { conversations: few } = await server.must(total, { filter: { teamId } })
  expect(few.isTotalCountExact).toBe(true)
  expect(few.totalCount).toBeGreaterThan(10)
  // By what is kept, any number is exact.
  const { conversations: kept } = await server.must(total, {
    filter: { not: { assigneeId: server.agentIds[0] } },
  })
  expect(kept.isTotalCountExact).toBe(true)
  expect(kept.totalCount).toBeGreaterThan(50_000)
})
