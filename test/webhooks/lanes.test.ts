import { expect, test } from 'vitest'
import type { Claimed } from '../../src/webhooks/sending/claim.js'
import { mostInDoubt, openLanes, widest } from '../../src/webhooks/sending/lanes.js'

const listenerId = 'a listener'
const delivery = (id: number): Claimed => ({
  id: String(id),
  listenerId,
  conversationId: 'a conversation',
  body: null,
  dueAt: 0,
  attemptCount: 1,
  leaseUntil: '',
  failures: 0,
  kind: 'FIN',
  integrationId: 'an integration',
  webhookBaseUrl: 'https://example.com',
  identifier: 'identifier',
  webhookKey: new Uint8Array(),
})
const delivered = { kind: 'DELIVERED' } as const

/** Lanes whose time stands still, with so many deliveries claimed. */
function lanesWith(count: number) {
  let time = 0
  const lanes = openLanes(() => time)
  for (let id = 0; id < count; id++) lanes.add(delivery(id))
  return {
    lanes,
    pass: (ms: number) => {
      time += ms
    },
    /** Begins whatever may be begun; returns how many. */
    begin() {
      let begun = 0
      for (; lanes.next(listenerId); begun++) lanes.begun(listenerId)
      return begun
    },
  }
}

test.each([
  [2_000, 0],
  [100, 12],
  [20, 64],
  [4, 320],
  [1, 384],
])('a receiver that takes %i ms for each has %i claimed ahead', (ms, ahead) => {
  const { lanes, begin } = lanesWith(widest)
  expect(begin()).toBe(widest)
  lanes.answered(listenerId, delivered, ms)
  // One place has become free.
  expect(lanes.roomOf(listenerId)).toBe(1 + ahead)
})

test('a receiver whose answers are not recorded yet is sent no more than may come twice', () => {
  const { lanes, begin } = lanesWith(mostInDoubt + widest)
  let sent = 0
  for (let now = begin(); now > 0; now = begin()) {
    sent += now
    for (let count = 0; count < now; count++) lanes.answered(listenerId, delivered, 1)
  }
  expect(sent).toBe(mostInDoubt)
  lanes.recorded(listenerId)
  expect(begin()).toBe(1)
})

test('what is claimed and has waited for a second is not begun, but taken back', () => {
  const { lanes, pass, begin } = lanesWith(widest + 2)
  expect(begin()).toBe(widest)
  lanes.answered(listenerId, delivered, 1)
  pass(1_001)
  lanes.add(delivery(100))
  expect(begin()).toBe(0)
  expect(lanes.takeBack(() => true).map(({ id }) => id)).toEqual(['32', '33'])
  expect(lanes.waiting).toBe(1)
  expect(begin()).toBe(1)
})

test('what was claimed for a receiver before it failed, or is being claimed meanwhile, is taken back and not begun', () => {
  const { lanes, begin } = lanesWith(widest + 2)
  expect(begin()).toBe(widest)
  for (let count = 0; count < widest; count++) {
    lanes.answered(listenerId, { kind: 'WAIT', until: new Date(), counted: true }, 1)
  }
  lanes.add(delivery(100))
  expect(begin()).toBe(0)
  expect(lanes.roomOf(listenerId)).toBe(0)
  expect(lanes.takeBack(() => true)).toHaveLength(3)
  expect(lanes.roomOf(listenerId)).toBe(1)
})

test('what is claimed for a receiver that is paused is taken back', () => {
  const { lanes } = lanesWith(2)
  expect(lanes.takeBack(() => false)).toHaveLength(2)
  expect(lanes.waiting).toBe(0)
})

test('what is stored for a receiver that could not take one meanwhile goes back, too', () => {
  const { lanes, begin } = lanesWith(1)
  expect(begin()).toBe(1)
  lanes.keepRoom(listenerId, 2)
  expect(lanes.waiting).toBe(2)
  lanes.answered(listenerId, { kind: 'WAIT', until: new Date(), counted: true }, 1)
  expect(lanes.takeBack(() => true)).toEqual([])
  expect(lanes.roomOf(listenerId)).toBe(0)
  lanes.keepRoom(listenerId, -2)
  lanes.add(delivery(1))
  expect(lanes.next(listenerId)).toBeNull()
  expect(lanes.takeBack(() => true)).toEqual([delivery(1)])
  expect(lanes.waiting).toBe(0)
  expect(lanes.roomOf(listenerId)).toBeGreaterThan(0)
})

test('how quick a receiver is, is remembered for a while', () => {
  const { lanes, pass, begin } = lanesWith(1)
  begin()
  lanes.answered(listenerId, delivered, 1)
  lanes.recorded(listenerId)
  lanes.takeBack(() => true)
  expect(lanes.isQuick(listenerId)).toBe(true)
  pass(10_001)
  lanes.takeBack(() => true)
  expect(lanes.isQuick(listenerId)).toBe(false)
  expect(lanes.roomOf(listenerId)).toBe(widest)
})
