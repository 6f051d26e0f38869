import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectWebhook } from '../../delivery/hook.js'
import type { MovableClock } from '../../support/clock.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type TestServer } from '../../support/server.js'
import { accepted, answers, startReceiver, type TestReceiver } from '../../webhooks/receiver.js'
import { connect } from '../../webhooks/setup.js'

let clock: MovableClock
let server: TestServer
let receiver: TestReceiver

beforeEach(async () => {
  clock = stoppedClock()
  server = await startTestServer({ clock })
  receiver = await startReceiver()
})
afterEach(() => server.stop())

/** It goes on only when told to: however slow the machine is, no retry falls due by itself. */
function stoppedClock(): MovableClock {
  let now = Date.now()
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms
    },
  }
}

/** The figures whose name begins so, by what stands in front of them. */
async function figures(beginning: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith(beginning))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(beginning.length, line.lastIndexOf(' ')),
      Number(line.split(' ').at(-1)),
    ]),
  )
}

test('attempts are counted by receiver and by what came of them', async () => {
  const { conversation, reply, resume, settled, attempts } = await connect(server, receiver)
  receiver.reply = answers(500)
  const id = await conversation()
  await reply(id)
  for (const [count, reply, beforehand] of [
    [2, answers(429, { 'retry-after': '60' }), async () => clock.advance(5_000)],
    [3, answers(401), async () => clock.advance(60_000)],
    [4, answers(422), resume],
  ] as const) {
    await eventually(async () => expect(await attempts()).toHaveLength(count - 1))
    receiver.reply = reply
    await beforehand()
    await receiver.arrival(count)
  }
  await settled('PARKED')
  receiver.reply = accepted
  await reply(id)
  await settled('PARKED', 'DELIVERED')
  const hook = await connectWebhook(server, receiver)
  await hook.conversation()
  await hook.settled('DELIVERED')

  expect(await figures('webhook_attempts_total')).toEqual({
    '{receiver="fin",outcome="failed"}': 1,
    '{receiver="fin",outcome="put_off"}': 1,
    '{receiver="fin",outcome="refused"}': 1,
    '{receiver="fin",outcome="parked"}': 1,
    '{receiver="fin",outcome="delivered"}': 1,
    '{receiver="webhook",outcome="delivered"}': 1,
  })
  expect(await figures('webhook_attempt_duration_seconds_count')).toMatchObject({
    '{receiver="fin",outcome="failed"}': 1,
    '{receiver="webhook",outcome="delivered"}': 1,
  })
})

test('how long a delivery waits until it is taken is measured', async () => {
  const { conversation, reply, pause, resume, heard, settled } = await connect(server, receiver)
  await reply(await conversation())
  await settled('DELIVERED')
  expect(await figures('webhook_delivery_delay_seconds_bucket{le="60"')).toEqual({ ',receiver="fin"}': 1 })
  await pause()
  await reply(await conversation())
  await heard()
  clock.advance(600_000)
  await resume()
  await settled('DELIVERED', 'DELIVERED')
  expect(await figures('webhook_delivery_delay_seconds_bucket{le="300"')).toEqual({ ',receiver="fin"}': 1 })
  expect(await figures('webhook_delivery_delay_seconds_bucket{le="3600"')).toEqual({ ',receiver="fin"}': 2 })
})

test('what is not done is counted by state', async () => {
  const none = await figures('webhook_deliveries')
  expect(Object.values(none)).toEqual(Array(8).fill(0))
  expect(await figures('webhook_receivers_held')).toEqual({
    '{reason="FAULT"}': 0,
    '{reason="PAUSED"}': 0,
    '{reason="FAILING"}': 0,
    '{reason="ASKED"}': 0,
  })

  const hook = await connectWebhook(server, receiver)
  await hook.pause()
  const id = await hook.conversation()
  await hook.say(id, 'more')
  await hook.settled('PENDING', 'QUEUED')
  receiver.reply = answers(422)
  const fin = await connect(server, receiver)
  await fin.reply(await fin.conversation())
  await fin.settled('PARKED')
  let answer = () => {}
  receiver.reply = (_, response) => {
    answer = () => response.writeHead(202).end()
  }
  await fin.reply(await fin.conversation())
  await fin.settled('PARKED', 'IN_FLIGHT')
  await receiver.arrival(2)

  expect(await figures('webhook_deliveries')).toEqual({
    ...none,
    '{receiver="webhook",state="PENDING"}': 1,
    '{receiver="webhook",state="QUEUED"}': 1,
    '{receiver="fin",state="PARKED"}': 1,
    '{receiver="fin",state="IN_FLIGHT"}': 1,
  })
  answer()
})

test('receivers that are not sent all that is due are counted by why, and what is due and late is seen', async () => {
  const asked = await connect(server, receiver)
  receiver.reply = answers(429, { 'retry-after': '1800' })
  await asked.reply(await asked.conversation())
  await receiver.arrival(1)
  await asked.settled('PENDING')
  await asked.reply(await asked.conversation())
  await asked.heard()

  const refused = await connect(server, receiver)
  receiver.reply = answers(401)
  await refused.reply(await refused.conversation())
  await eventually(async () => expect(await refused.fault()).not.toBeNull())

  const paused = await connectWebhook(server, receiver)
  await paused.pause()
  await paused.conversation()
  await paused.settled('PENDING')

  const failing = await connect(server, receiver)
  receiver.reply = answers(500)
  for (let count = 1; count <= 5; count++) {
    await failing.reply(await failing.conversation())
    await eventually(async () => expect(await failing.attempts()).toHaveLength(count))
  }

  expect(await figures('webhook_receivers_held')).toEqual({
    '{reason="FAULT"}': 1,
    '{reason="PAUSED"}': 1,
    '{reason="FAILING"}': 1,
    '{reason="ASKED"}': 1,
  })
  clock.advance(600_000)
  const late = await figures('webhook_oldest_pending_seconds')
  expect(late['{receiver="fin"}']).toBeGreaterThanOrEqual(600)
  expect(late['{receiver="webhook"}']).toBe(0)
})
