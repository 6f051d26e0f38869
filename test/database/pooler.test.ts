import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepsStatementNames } from '../../src/database/pooler.js'
import { createDatabase } from '../support/database.js'

// With poolers that there are: test/layers/pgbouncer.services.ts.
const database = await createDatabase()
afterAll(() => database.drop())
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/**
 * What is found while answers wait as `held` says of a query, the named ones counted from 1. Time flies while `flies`, and
 * else stands still: real answers take their time.
 */
async function found(held: (named: number) => Promise<void> | null, flies: () => boolean): Promise<boolean> {
  const { query } = pg.Client.prototype
  let named = 0
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(async function (this: pg.Client, asked: unknown) {
    if (typeof asked !== 'string') named++
    await held(named)
    return Reflect.apply(query, this, [asked])
  } as typeof query)
  let isOver = false
  const kept = keepsStatementNames(database.appUrl).finally(() => {
    isOver = true
  })
  while (!isOver) {
    if (flies()) await vi.advanceTimersByTimeAsync(100)
    await setImmediate()
  }
  return kept
}

test('a server that nothing stands before keeps names', async () => {
  expect(
    await found(
      () => null,
      () => false,
    ),
  ).toBe(true)
})

test.each([2, 3])('one that is slow to answer, from the named query %i on, keeps them too', async (from) => {
  let isStalled = true
  const goesOn = new Promise<void>((resolve) => {
    setTimeout(() => {
      isStalled = false
      resolve()
    }, 60_000)
  })
  const held = (named: number) => (isStalled && named >= from ? goesOn : null)
  expect(await found(held, () => isStalled)).toBe(true)
})

test.each([2, 3])('whose named query %i is not answered while another one is keeps none', async (silent) => {
  let asked = 0
  let isSilent = false
  const never = new Promise<void>(() => undefined)
  const held = (named: number) => {
    const isAsked = named === silent && asked < silent
    asked = named
    isSilent ||= isAsked
    return isAsked ? never : null
  }
  expect(await found(held, () => isSilent)).toBe(false)
})
