import { expect, test } from 'vitest'
import type { Answer } from '../../src/webhooks/sending/send.js'
import { verdictOn } from '../../src/webhooks/sending/verdict.js'

const now = new Date('2026-03-01T12:00:00.000Z')
const answered = (statusCode: number, retryAfter: string | null = null): Answer => ({
  kind: 'ANSWERED',
  statusCode,
  retryAfter,
  note: '',
})
const attempt = (attemptCount: number) => ({ kind: 'FIN', attemptCount }) as const
const unreachable: Answer = { kind: 'UNREACHABLE', note: 'ECONNREFUSED' }

test.each([200, 201, 202, 204, 299])('%i: delivered', (status) => {
  expect(verdictOn(answered(status), attempt(1), now)).toEqual({ kind: 'DELIVERED' })
})

test.each([408, 429, 500, 502, 503, 504, 599])('%i: later, and it counts', (status) => {
  expect(verdictOn(answered(status), attempt(1), now)).toMatchObject({ kind: 'WAIT', counted: true })
})

test.each([429, 503])('%i with Retry-After: then, and it does not count', (status) => {
  const until = new Date('2026-03-01T12:00:07.000Z')
  expect(verdictOn(answered(status, '7'), attempt(11), now)).toEqual({ kind: 'WAIT', until, counted: false })
})

test.each([301, 302, 307, 401, 403, 404, 410])('%i: a fault that says what to mend', (status) => {
  expect(verdictOn(answered(status), attempt(1), now)).toEqual({
    kind: 'FAULT',
    fault: expect.stringMatching(new RegExp(`${status}.*resume`)),
  })
})

test.each([400, 405, 413, 415, 422])('%i: given up', (status) => {
  expect(verdictOn(answered(status), attempt(1), now)).toEqual({ kind: 'PARKED', unable: false })
})

test('what cannot be reached waits, and after the last wait is given up', () => {
  expect(verdictOn(unreachable, attempt(10), now)).toMatchObject({ kind: 'WAIT' })
  expect(verdictOn(unreachable, attempt(11), now)).toEqual({ kind: 'PARKED', unable: true })
})

test('what we refuse to send is a fault', () => {
  const refused: Answer = { kind: 'REFUSED', note: 'Use https.' }
  expect(verdictOn(refused, attempt(1), now)).toEqual({ kind: 'FAULT', fault: 'Use https.' })
})
