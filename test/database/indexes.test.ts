import type pg from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { buildIndexes, keepIndexes } from '../../src/database/indexes.js'
import { migrate } from '../../src/database/migrate.js'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.js'

let database: TestDatabase

beforeEach(async () => {
  database = await createDatabase({ empty: true })
  return () => database.drop()
})

const sql = `
  -- Of what is said; and of more.
  CREATE UNIQUE INDEX CONCURRENTLY "said_words" ON "said" ("words");`

test('what the migrations leave to be built is built once', async () => {
  await migrate(database.ownerUrl)
  const built = await buildIndexes(database.ownerUrl)
  expect(built).toContain('message_folded_words')
  expect(await buildIndexes(database.ownerUrl)).toEqual([])
  const owner = await connectTo(database.ownerUrl)
  const { rows } = await owner.query('SELECT relname FROM pg_class WHERE relname = ANY($1)', [built])
  expect(rows).toHaveLength(built?.length ?? 0)
})

test('what the previous release searches by stays, and serves it', async () => {
  await migrate(database.ownerUrl)
  const previous = `CREATE INDEX CONCURRENTLY "message_words" ON "message" USING gin ("search_words"("text"))`
  await buildIndexes(database.ownerUrl, { sql: previous })
  await buildIndexes(database.ownerUrl)
  const owner = await connectTo(database.ownerUrl)
  await owner.query('SET enable_seqscan = off')
  for (const [functions, index] of [
    ['search', 'message_words'],
    ['folded', 'message_folded_words'],
  ]) {
    const { rows } = await owner.query(
      `EXPLAIN SELECT id FROM message WHERE ${functions}_words(text) @@ ${functions}_query('refund')`,
    )
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(` on ${index} `)
  }
})

test('while one is built people write, other nodes leave it alone, and a node that stops leaves it to the next', async () => {
  const owner = await connectTo(database.ownerUrl)
  await owner.query('CREATE TABLE said (words text)')
  const writer = await connectTo(database.ownerUrl)
  await writer.query(`BEGIN; INSERT INTO said VALUES ('not yet committed')`)

  const failures: Error[] = []
  const stopped = keep(failures)
  await building(owner)
  await owner.query(`SET lock_timeout = '1s'; INSERT INTO said VALUES ('meanwhile')`)
  expect(await buildIndexes(database.ownerUrl, { sql })).toBeNull()

  await stopped.stop()
  await writer.query('COMMIT')
  // PostgreSQL may end what the stopped node has begun.
  await expect.poll(() => buildIndexes(database.ownerUrl, { sql }), { timeout: 15_000 }).not.toBeNull()
  expect(await isUsed(owner)).toBe(true)
  expect(failures).toEqual([])
})

test('one whose building failed is in nobody’s way, and is built anew', async () => {
  const owner = await connectTo(database.ownerUrl)
  await owner.query(`CREATE TABLE said (words text); INSERT INTO said VALUES ('twice'), ('twice')`)
  await expect(buildIndexes(database.ownerUrl, { sql })).rejects.toThrow('said_words')
  expect(await isUsed(owner)).toBe(false)
  await owner.query('DELETE FROM said')
  expect(await buildIndexes(database.ownerUrl, { sql })).toEqual(['said_words'])
  expect(await isUsed(owner)).toBe(true)
})

test('a statement that would keep writers out is not run', async () => {
  await expect(
    buildIndexes(database.ownerUrl, { sql: 'CREATE INDEX "x" ON "said" ("words")' }),
  ).rejects.toThrow('Not the making of an index while writers work')
})

function keep(failures: Error[]) {
  const kept = keepIndexes(database.ownerUrl, { report: (error) => failures.push(error), sql })
  onTestFinished(() => kept.stop())
  return kept
}

// Other tests build theirs on the same server.
const progress = 'SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()'

const building = (owner: pg.Client) =>
  expect
    .poll(async () => (await owner.query(progress)).rows, { timeout: 15_000 })
    .toEqual([{ phase: expect.stringContaining('waiting') }])

async function isUsed(owner: pg.Client) {
  const { rows } = await owner.query(
    `SELECT indisvalid FROM pg_index WHERE indexrelid = 'said_words'::regclass`,
  )
  return rows[0].indisvalid
}
