import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, listen } from '../support/socket.js'
import { type BulkServer, startBulkServer } from './bulkServer.js'
import { expectIndexes } from './explain.js'

let server: BulkServer

beforeAll(async () => {
  server = await startBulkServer(20_000)
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  await owner.query(
    `update conversation set first_response_at = greatest(created_at, now() - random() * interval '30 days') where random() < 0.5`,
  )
  await owner.query('vacuum analyze conversation')
  await owner.end()
}, 300_000)
afterAll(() => server.stop())

const list = `subscription ($filter: ConversationFilter, $snapshot: Boolean) {
  conversationsChanged(filter: $filter, snapshot: $snapshot) {
    kind cursor revision conversationId position { at cursor } total conversations(first: 25) { nodes { id } } } }`

const open = (filter: object) => listen(connect(server.url, server.token), list, { filter, snapshot: true })

const note = `mutation ($id: ID!) { addNote(input: { conversationId: $id, body: "Hello" }) { __typename } }`

test('how many rows a list has is known without reading one', async () => {
  const filter = { inboxId: server.inboxIds[0], status: ['OPEN', 'SNOOZED'] }
  const counting = await server.statementOf('conversation.count', async () => {
    const { conversationsChanged } = await open(filter).next()
    expect(conversationsChanged.total).toBeGreaterThan(1_000)
  })
  await expectIndexes(server.databaseUrl, counting, 'conversation', [])
})

test('the figures of inboxes are read from what is kept and from two indexes, and no conversation is', async () => {
  const metrics = await server.statementOf('metrics.', async () => {
    const { liveMetrics } = await listen(
      connect(server.url, server.token),
      'subscription { liveMetrics(every: 3600) { inboxes { open oldestWaitingSince firstResponse { count p50 } } } }',
    ).next()
    const [busiest] = liveMetrics.inboxes
    expect(busiest.open).toBeGreaterThan(1_000)
    expect(busiest.firstResponse.count).toBeGreaterThan(100)
  })
  await expectIndexes(server.databaseUrl, metrics, 'conversation', [
    'conversation_first_response',
    'conversation_waiting',
  ])
})

test('a change costs those who follow lists no statement, once their lists are counted', async () => {
  // No Fin is there, who would be told.
  const [, inboxId] = server.inboxIds
  const { conversations } = await server.must(
    'query ($id: ID!) { conversations(filter: { inboxId: $id }, first: 1) { nodes { id endUser { id } } } }',
    { id: inboxId },
  )
  const [{ id, endUser }] = conversations.nodes
  const alone = await fewest(async () => void (await server.must(note, { id })))
  const start = server.recorder.issued.length
  const filters = [{}, { inboxId }, { endUserId: endUser.id }]
  const streams = filters.map(open)
  for (const stream of streams) expect((await stream.next()).conversationsChanged.kind).toBe('SNAPSHOT')
  const followed = await fewest(async () => {
    await server.must(note, { id })
    for (const stream of streams) {
      expect((await stream.next()).conversationsChanged).toMatchObject({ kind: 'MOVED', conversationId: id })
    }
  })
  expect(followed).toEqual(alone)
  const counts = server.recorder.issued.slice(start).filter(({ name }) => /^conversation\.count/.test(name))
  // Of each list once for its snapshot, and once for all who share what comes after it.
  expect(counts).toHaveLength(2 * filters.length)
})

/** The names of what a request issues, but for who asks: the fewest of five times, since timers only add. */
async function fewest(request: () => Promise<void>): Promise<string[]> {
  const times: string[][] = []
  while (times.length < 5) {
    const issued = await server.recorder.of(request)
    times.push(issued.map(({ name }) => name).filter((name) => name !== 'token.principal'))
  }
  return times.reduce((least, next) => (next.length < least.length ? next : least))
}
