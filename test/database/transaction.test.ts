import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { createDatabase } from '../support/database.js'

const database = await createDatabase()
const db = openDatabase({ url: database.appUrl, poolSize: 1, preparedStatements: true })
afterAll(async () => {
  await db.close()
  await database.drop()
})

const insert = statement(
  'test.insert',
  `insert into inbox (id, name) values (gen_random_uuid(), $1) returning name`,
)
const divide = statement('test.divide', 'select 1 / $1::int as result')
const names = statement('test.names', 'select name from inbox order by name')

test('statements that travel together run in their order, each with its own rows', async () => {
  const results = await db.transaction((tx) =>
    Promise.all([tx.query(insert, ['a']), tx.query(names, []), tx.query(insert, ['b']), tx.query(names, [])]),
  )
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  expect(results).toEqual([[a], [a], [b], [a, b]])
  expect(await db.query(names, [])).toEqual([a, b])
})

test('one that is refused takes all of its transaction with it, and says why', async () => {
  for (let run = 0; run < 2; run++) {
    const refused = db.transaction((tx) =>
      Promise.all([tx.query(insert, ['c']), tx.query(divide, [0]), tx.query(insert, ['d'])]),
    )
    await expect(refused).rejects.toThrow(/division by zero/)
    expect(await db.query(names, [])).toHaveLength(2)
  }
})

test('one that nobody waits for any more ends before its transaction does', async () => {
  const given = db.transaction(async (tx) => {
    const late = tx.query(insert, ['e'])
    late.catch(() => undefined)
    throw new Error('Given up')
  })
  await expect(given).rejects.toThrow('Given up')
  expect(await db.query(names, [])).toHaveLength(2)
})

const unsendable = {
  toPostgres() {
    throw new Error('This cannot be sent')
  },
}

describe('a commit that follows the last statements at once', () => {
  test('makes lasting what they wrote', async () => {
    const written = await db.transaction(async (tx) => {
      await tx.query(insert, ['f'])
      const last = Promise.all([tx.query(insert, ['g']), tx.query(names, [])])
      tx.commitsBehind(last)
      return last
    })
    expect(written).toEqual([[{ name: 'g' }], [{ name: 'a' }, { name: 'b' }, { name: 'f' }, { name: 'g' }]])
    expect(await db.query(names, [])).toHaveLength(4)
  })

  test.each([
    ['is refused', divide, 0, /division by zero/],
    ['cannot be sent', insert, unsendable, 'This cannot be sent'],
  ])('makes nothing lasting when one of them %s', async (_, statement, value, reason) => {
    const refused = db.transaction(async (tx) => {
      await tx.query(names, [])
      const last = Promise.all([tx.query(insert, ['h']), tx.query(statement, [value])])
      tx.commitsBehind(last)
      return last
    })
    await expect(refused).rejects.toThrow(reason)
    expect(await db.query(names, [])).toHaveLength(4)
  })

  test('does not come once one of them could not be sent, however long the work goes on', async () => {
    const refused = db.transaction(async (tx) => {
      await tx.query(names, [])
      const last = Promise.all([tx.query(insert, ['k']), tx.query(insert, [unsendable])])
      tx.commitsBehind(last)
      await setImmediate()
      await tx.query(names, [])
      return last
    })
    await expect(refused).rejects.toThrow('This cannot be sent')
    expect(await db.query(names, [])).toHaveLength(4)
  })

  test('lets no other statement follow', async () => {
    const refused = db.transaction(async (tx) => {
      const last = tx.query(names, [])
      tx.commitsBehind(last)
      await last
      await tx.query(insert, ['i'])
    })
    await expect(refused).rejects.toThrow('test.insert comes after the commit')
  })
})

test('a transaction of which a statement was refused never counts as committed', async () => {
  const swallowed = db.transaction(async (tx) => {
    await tx.query(insert, ['j'])
    await tx.query(divide, [0]).catch(() => undefined)
  })
  await expect(swallowed).rejects.toThrow('ended with ROLLBACK')
  expect(JSON.stringify(await db.query(names, []))).not.toContain('"j"')
})
