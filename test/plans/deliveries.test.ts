import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { firstIdOf, lastIdOf } from '../../src/delivery/filter.js'
import { forgetOldDeliveries } from '../../src/delivery/forget.js'
import { storedId } from '../../src/ids.js'
import { fillDeliveries } from '../delivery/fill.js'
import { connect, listen } from '../support/socket.js'
import { type BulkServer, startBulkServer } from './bulkServer.js'
import { expectIndexed, expectPage, type Page } from './explain.js'
import type { Issued } from './statements.js'

let server: BulkServer
let integrationId: string
let webhookId: string
let conversationId: string

/** Of each of two receivers, one each minute: 70 days. */
const count = 100_000
/** Deliveries so many minutes old, and those just beside, are looked at for being long ago. */
const longAgo = 50_000

beforeAll(async () => {
  server = await startBulkServer(1_000)
  const { finIntegrations } = await server.must('{ finIntegrations { id } }')
  integrationId = finIntegrations[0].id
  const { createWebhook } = await server.must(
    `mutation { createWebhook(input: { url: "http://127.0.0.1:1", subscription: "subscription { events { type } }" }) {
      __typename ... on CreateWebhookPayload { webhook { id } } } }`,
  )
  webhookId = createWebhook.webhook.id
  conversationId = server.longIds[0] ?? ''
  // Nothing is sent: the receivers have asked for a wait.
  await server.app.db.pool.query(`update listener set held_until = now() + interval '1 day'`)
  await fillDeliveries(server, { webhookId: storedId('Webhook', webhookId) ?? '', count })
  await fillDeliveries(server, { integrationId: storedId('FinIntegration', integrationId) ?? '', count })
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  await owner.query(`set session_replication_role = replica`)
  for (const [change, which] of [
    [`conversation_id = '${storedId('Conversation', conversationId)}'`, 'first_position % 500 = 7'],
    [`state = 'PARKED'`, 'first_position % 100 = 0'],
    [`event_type = 'TITLE_CHANGED'`, 'first_position % 2000 = 1 and event_type is not null'],
    [`state = 'PENDING', finished_at = null`, 'first_position % 5000 = 2'],
    [`state = 'QUEUED', finished_at = null`, 'first_position % 5000 = 3 and event_type is not null'],
    [
      `state = 'IN_FLIGHT', finished_at = null, lease_until = now() + interval '1 hour'`,
      'first_position % 20000 = 4',
    ],
  ]) {
    await owner.query(`update delivery set ${change} where ${which}`)
  }
  await owner.query('vacuum (analyze) delivery, delivery_attempt, listener')
  await owner.end()
}, 300_000)
afterAll(() => server.stop())

const list = `query ($filter: DeliveryFilter, $first: Int, $after: String) {
  deliveries(filter: $filter, first: $first, after: $after) { nodes { id state } pageInfo { endCursor } } }`

const byListener = 'delivery_listener_id_id_idx'
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

interface List extends Partial<Page> {
  filter: () => object
  index: string
}

describe.each<[string, List]>([
  ['of all', { filter: () => ({}), index: byListener }],
  ['of an integration', { filter: () => ({ integrationId }), index: byListener }],
  ['of a webhook', { filter: () => ({ webhookId }), index: byListener }],
  [
    'about a conversation',
    { filter: () => ({ conversationId }), index: 'delivery_conversation_id_listener_id_id_idx' },
  ],
  [
    'about a conversation, of a webhook',
    { filter: () => ({ conversationId, webhookId }), index: 'delivery_conversation_id_listener_id_id_idx' },
  ],
  ['of what is delivered', { filter: () => ({ states: ['DELIVERED'] }), index: byListener, inVain: 20 }],
  ['of what is given up', { filter: () => ({ states: ['PARKED'] }), index: 'delivery_parked' }],
  ['of some events', { filter: () => ({ eventTypes: ['TITLE_CHANGED'] }), index: 'delivery_event_type' }],
  [
    'of what is long ago',
    { filter: () => ({ createdBefore: minutesAgo(longAgo) }), index: byListener, inVain: 20 },
  ],
  [
    'of a time long ago',
    {
      filter: () => ({
        webhookId,
        createdAfter: minutesAgo(longAgo),
        createdBefore: minutesAgo(longAgo - 100),
      }),
      index: byListener,
      // It may read the whole of that time.
      most: 100,
      inVain: 20,
    },
  ],
  ['of what waits', { filter: () => ({ states: ['PENDING'] }), index: 'delivery_due', most: 20, inVain: 20 }],
])('the list %s', (_, { filter, index, ...page }) => {
  test.each([0, 1])('beyond %i pages reads its page and no more', async (pages) => {
    const variables = { filter: filter(), first: 10, after: null }
    for (let count = 0; count < pages; count++) {
      const { deliveries } = await server.must(list, variables)
      expect(deliveries.nodes).toHaveLength(10)
      variables.after = deliveries.pageInfo.endCursor
    }
    const statement = await server.statementOf('delivery.list', async () => {
      const { deliveries } = await server.must(list, variables)
      expect(deliveries.nodes).toHaveLength(10)
    })
    await expectPage(server.databaseUrl, statement, { table: 'delivery', index, most: 11, ...page })
  })
})

test('a page with all that belongs to its rows takes 6 statements, whatever its rows', async () => {
  const page = `query ($filter: DeliveryFilter, $first: Int) { deliveries(filter: $filter, first: $first) {
    nodes { id body integration { name } webhook { url } conversation { id title } attempts { statusCode } } } }`
  for (const first of [5, 25]) {
    const issued = await server.issuedBy(async () => {
      const { deliveries } = await server.must(page, { filter: {}, first })
      expect(deliveries.nodes).toHaveLength(first)
    })
    expect(issued, issued.join()).toHaveLength(6)
  }
})

test('what is replayed is found by its time', async () => {
  const { replayDeliveries } = await server.must(
    `mutation ($input: ReplayDeliveriesInput!) { replayDeliveries(input: $input) {
      __typename ... on ReplayDeliveriesPayload { count } } }`,
    { input: { webhookId, from: minutesAgo(longAgo + 100), to: minutesAgo(longAgo) } },
  )
  expect(replayDeliveries.count).toBeGreaterThan(90)
  const choosing = issued('delivery.chooseFinished')
  // As if it had not been replayed yet.
  const [listenerId, states, , , , , most] = choosing.values
  const [from, to] = [minutesAgo(longAgo + 300), minutesAgo(longAgo + 200)]
  const values = [listenerId, states, from, to, firstIdOf(new Date(from)), lastIdOf(new Date(to)), most]
  await expectPage(
    server.databaseUrl,
    { ...choosing, values },
    { table: 'delivery', index: byListener, most: 100, inVain: 20 },
  )
})

test('who watches costs a look at what is new, by its id', async () => {
  const stream = listen(connect(server.url, server.token), 'subscription { deliveryUpdated { id } }')
  await vi.waitFor(() => issued('delivery.traces'), { timeout: 15_000 })
  stream.stop()
  const looking = issued('delivery.traces')
  for (const table of ['delivery', 'delivery_attempt']) {
    await expectPage(server.databaseUrl, looking, { table, index: `${table}_pkey`, most: 10 })
  }
})

test('the figures of /metrics are read from indexes', async () => {
  await fetch(`${server.url}/metrics`)
  await expectIndexed(server.databaseUrl, issued('delivery.counts'), 'delivery')
  await expectIndexed(server.databaseUrl, issued('delivery.longestDue'), 'delivery')
})

test('what is to be forgotten is found by when it was finished', async () => {
  await forgetOldDeliveries(server.app.db, 60)
  const forgetting = issued('delivery.forget')
  await expectIndexed(server.databaseUrl, forgetting, 'delivery')
})

function issued(name: string): Issued {
  const statement = server.recorder.issued.findLast((one) => one.name === name)
  if (!statement) throw new Error(`Nothing was asked as ${name}.`)
  return statement
}
