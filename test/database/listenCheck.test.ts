import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { checkListening } from '../../src/database/listenCheck.js'

// A notification that is late because everything is slow was not swallowed.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A check that has just sent its notification; `arrives` brings it, `taken` is the database's answer to it. */
function startCheck() {
  let hear = (_: string) => {}
  let sign = ''
  let answer = (_: never[]) => {}
  const answered = new Promise<never[]>((resolve) => {
    answer = resolve
  })
  const log = vi.fn()
  const listening = {
    on(_: string, heard: (payload: string) => void) {
      hear = heard
      return () => undefined
    },
    stop: async () => undefined,
  }
  const query: Database['query'] = (_, [value]) => {
    sign = String(value)
    return answered
  }
  checkListening({ query } as Database, listening, log)
  hear('')
  return { log, arrives: () => hear(sign), taken: () => answer([]) }
}

test('a notification that does not come is missed', async () => {
  const { log, taken } = startCheck()
  taken()
  await vi.advanceTimersByTimeAsync(11_000)
  await setImmediate()
  expect(log).toHaveBeenCalledOnce()
})

test('what the database has not taken yet is not missed', async () => {
  const { log, arrives, taken } = startCheck()
  await vi.advanceTimersByTimeAsync(30_000)
  taken()
  await vi.advanceTimersByTimeAsync(1_000)
  arrives()
  await vi.advanceTimersByTimeAsync(30_000)
  await setImmediate()
  expect(log).not.toHaveBeenCalled()
})

test('what came while this process was held up is not missed', async () => {
  const { log, arrives, taken } = startCheck()
  taken()
  await vi.advanceTimersByTimeAsync(1_000)
  // Both are due when it goes on, and timers come first.
  vi.advanceTimersByTime(30_000)
  arrives()
  await setImmediate()
  expect(log).not.toHaveBeenCalled()
})
