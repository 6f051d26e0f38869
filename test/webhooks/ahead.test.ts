import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillDeliveries } from '../delivery/fill.js'
import { stillClock } from '../support/clock.js'
import { eventually } from '../support/eventually.js'
import { startTestServer, type TestServer } from '../support/server.js'
import { accepted, answers, startReceiver } from './receiver.js'
import { connect } from './setup.js'

const clock = stillClock()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

test('what was claimed ahead for a quick receiver goes back untried when it fails, and goes out when it is back', async () => {
  const [filled, taken, widest] = [300, 100, 32]
  const receiver = await startReceiver()
  const { fin, integrationId, deliveries, known } = await connect(server, receiver)
  await known()
  const before = receiver.received.length
  await fillDeliveries(server, { integrationId, count: filled })
  // And the one that made it known.
  const count = filled + 1
  const sent = () => receiver.received.length - before
  receiver.reply = (webhook, response) => (sent() > taken ? answers(500) : accepted)(webhook, response)
  const replayed = await server.must(
    `mutation ($input: ReplayDeliveriesInput!) { replayDeliveries(input: $input) { ... on ReplayDeliveriesPayload { count } } }`,
    {
      input: {
        integrationId: fin.integrationId,
        from: '2026-01-01T00:00:00.000Z',
        to: '2090-01-01T00:00:00.000Z',
      },
    },
  )
  expect(replayed.replayDeliveries.count).toBe(count)

  const { prisma } = server.app.db
  const waiting = await eventually(async () => {
    const { failures } = await prisma.listener.findUniqueOrThrow({ where: { integrationId } })
    expect(failures).toBe(5)
    const rows = await deliveries()
    expect(rows.filter(({ state }) => state === 'IN_FLIGHT')).toEqual([])
    return rows.filter(({ state }) => state === 'PENDING')
  })
  expect(waiting).toHaveLength(count - taken)
  // Those that were under way, and such as were claimed before five failures were known.
  expect(sent()).toBeLessThanOrEqual(taken + widest + 5)
  expect(waiting.filter(({ attemptCount }) => attemptCount > 0)).toHaveLength(sent() - taken)

  receiver.reply = accepted
  const failed = sent() - taken
  clock.advance(60_000)
  await eventually(async () => {
    expect((await deliveries()).filter(({ state }) => state !== 'DELIVERED')).toEqual([])
  })
  expect(sent()).toBe(count + failed)
  expect(server.faults).toEqual([])
})
