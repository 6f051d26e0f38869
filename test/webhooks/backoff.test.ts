import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryAfter, retryDelay } from '../../src/webhooks/sending/backoff.js'

const now = new Date('2026-03-01T12:00:00.000Z')

test('waits grow from seconds to a day, then it is given up', () => {
  const waits = Array.from({ length: 11 }, (_, index) => retryDelay(index + 1, () => 0))
  expect(waits.map((wait) => wait && wait / 1_000)).toEqual([
    5,
    30,
    120,
    600,
    3_600,
    10_800,
    21_600,
    43_200,
    86_400,
    86_400,
    null,
  ])
})

test('a wait is never longer than the table says, and at most a fifth shorter', () => {
  expect(retryDelay(1, () => 0.999)).toBeGreaterThanOrEqual(4_000)
  expect(retryDelay(1, () => 0.5)).toBe(4_500)
})

test('Retry-After is seconds or a date', () => {
  expect(retryAfter('120', now)).toBe(120_000)
  expect(retryAfter('Sun, 01 Mar 2026 12:02:00 GMT', now)).toBe(120_000)
})

test('Retry-After is at least a second and at most an hour', () => {
  expect(retryAfter('0', now)).toBe(1_000)
  expect(retryAfter('Sun, 01 Mar 2026 11:00:00 GMT', now)).toBe(1_000)
  expect(retryAfter('86400', now)).toBe(3_600_000)
  expect(retryAfter('9'.repeat(400), now)).toBe(3_600_000)
})

test('an unreadable Retry-After counts as none', () => {
  for (const header of [null, '', '-5', '1.5', 'soon', 'Sunday'])
    expect(retryAfter(header, now), `${header}`).toBe(null)
})

test('no Retry-After leads out of bounds', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      const wait = retryAfter(header, now)
      expect(wait === null || (wait >= 1_000 && wait <= 3_600_000)).toBe(true)
    }),
  )
})
