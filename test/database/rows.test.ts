import fc from 'fast-check'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { openDatabase } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { createDatabase } from '../support/database.js'

const database = await createDatabase()
const one = { url: database.appUrl, poolSize: 1 }
const named = openDatabase({ ...one, preparedStatements: true })
const unnamed = openDatabase({ ...one, preparedStatements: false })
const plain = new pg.Client({ connectionString: database.ownerUrl })
await plain.connect()
afterAll(async () => {
  await Promise.all([named.close(), unnamed.close(), plain.end()])
  await database.drop()
})

const all = statement(
  'test.all',
  `select $1::text as text, $2::int4 as "int", $3::int8 as big, $4::bool as bool, $5::float8 as float, $6::uuid as id,
          $7::timestamptz as moment, $8::jsonb as json, $9::text[] as texts, $10::bytea as bytes,
          $11::"ConversationStatus" as status`,
)

const nullable = <Value>(values: fc.Arbitrary<Value>) => fc.option(values)
const text = fc.string({ unit: 'grapheme' }).map((given) => given.replaceAll('\0', ''))
const given = fc.tuple(
  nullable(text),
  nullable(fc.integer()),
  nullable(fc.maxSafeInteger()),
  nullable(fc.boolean()),
  nullable(fc.double({ noNaN: true })),
  nullable(fc.uuid()),
  nullable(fc.date({ min: new Date(-1), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })),
  nullable(
    fc.dictionary(fc.stringMatching(/^\w+$/), fc.oneof(fc.integer(), fc.boolean(), fc.constant(null))),
  ),
  nullable(fc.array(text)),
  nullable(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
  nullable(fc.constantFrom('OPEN', 'CLOSED')),
)

test('what is sent comes back, the first time and later, with a name and without', async () => {
  await fc.assert(
    fc.asyncProperty(given, async (values) => {
      const {
        rows: [expected],
      } = await plain.query({ text: all.text, values })
      for (const db of [named, unnamed]) {
        const [row] = await db.query<{ big: number | null }>(all, values)
        expect(row).toEqual({ ...expected, big: values[2] })
      }
    }),
    { numRuns: 300 },
  )
})

test.each([
  '2026-11-28 16:24:18+00',
  '2026-11-28 16:24:18.1+00',
  '2026-11-28 16:24:18.123456+00',
  '2026-11-28 16:24:18.999999+02',
  '2026-11-28 16:24:18-03:30',
  '0044-03-15 12:00:00+00 BC',
  '12026-01-01 00:00:00+00',
  'infinity',
])('the moment %s is the one that the library reads', async (moment) => {
  const select = statement('test.moment', 'select $1::timestamptz as moment')
  for (const zone of ['UTC', 'Asia/Kolkata']) {
    await plain.query(`set timezone = '${zone}'`)
    const {
      rows: [expected],
    } = await plain.query({ text: select.text, values: [moment] })
    const rows = await named.transaction(async (tx) => {
      await tx.query(statement('', `set local timezone = '${zone}'`), [])
      return tx.query(select, [moment])
    })
    expect(rows).toEqual([expected])
  }
  await plain.query('reset timezone')
})

test('columns with a dot are objects, and null without an id', async () => {
  const select = statement(
    'test.nested',
    `select n as id, case when n = 2 then n end as "one.id", 'one' as "one.name", n * 2 as "two.id"
       from generate_series(1, 2) n`,
  )
  for (let run = 0; run < 2; run++) {
    expect(await named.query(select, [])).toEqual([
      { id: 1, one: null, two: { id: 2 } },
      { id: 2, one: { id: 2, name: 'one' }, two: { id: 4 } },
    ])
  }
})

test('a statement without columns gives no rows, each time', async () => {
  const set = statement('test.set', `update inbox set name = name where id = $1`)
  for (let run = 0; run < 2; run++) {
    expect(await named.query(set, ['0197f1de-0000-7000-8000-000000000000'])).toEqual([])
  }
})

test('a value that cannot be sent is refused each time, and the connection goes on', async () => {
  const select = statement('test.json', 'select $1::jsonb as json')
  const circular: Record<string, unknown> = {}
  circular.self = circular
  for (let run = 0; run < 3; run++) {
    await expect(named.transaction((tx) => tx.query(select, [circular]))).rejects.toThrow(/circular/i)
    expect(await named.transaction((tx) => tx.query(select, [{ a: 1 }]))).toEqual([{ json: { a: 1 } }])
  }
})

test('a refused statement can be run again on its connection', async () => {
  const divide = statement('test.divide', 'select 1 / $1::int as result')
  for (let run = 0; run < 2; run++) {
    await expect(named.transaction((tx) => tx.query(divide, [0]))).rejects.toThrow(/division by zero/)
    expect(await named.transaction((tx) => tx.query(divide, [1]))).toEqual([{ result: 1 }])
  }
})
