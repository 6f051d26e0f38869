import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { grantToApp, migrate } from '../../src/database/migrate.js'
import { migrationsFolder } from '../../src/database/migrations.js'
import { connectTo, createDatabase, type TestDatabase } from '../support/database.js'

const ours = readdirSync(migrationsFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()

let database: TestDatabase

beforeEach(async () => {
  database = await createDatabase({ empty: true })
  return () => database.drop()
})

test('applies everything once, in order', async () => {
  expect(await migrate(database.ownerUrl)).toEqual(ours)
  expect(await migrate(database.ownerUrl)).toEqual([])
})

test('two nodes at once apply each migration once', async () => {
  const applied = await Promise.all([migrate(database.ownerUrl), migrate(database.ownerUrl)])
  expect(applied.flat().sort()).toEqual(ours)
})

test("the application's role reads and writes every table, also later ones, and changes no table", async () => {
  const folder = migrationFolder({ '1_one': 'CREATE TABLE one (id serial, text text)' })
  const appUser = new URL(database.appUrl).username
  await migrate(database.ownerUrl, folder)
  await Promise.all([grantToApp(database.ownerUrl, appUser), grantToApp(database.ownerUrl, appUser)])
  await query(database.appUrl, `INSERT INTO one (text) VALUES ('a')`)
  await query(database.ownerUrl, 'CREATE TABLE two (id serial)')
  await query(database.appUrl, 'INSERT INTO two DEFAULT VALUES')
  await query(database.appUrl, 'UPDATE one SET text = text')
  await query(database.appUrl, 'DELETE FROM one')
  await expect(query(database.appUrl, 'CREATE TABLE mine ()')).rejects.toThrow('permission denied')
  await expect(query(database.appUrl, 'ALTER TABLE one ADD x int')).rejects.toThrow('must be owner')
  await expect(query(database.appUrl, 'TRUNCATE one')).rejects.toThrow('permission denied')
})

test('one role for both needs no grants', async () => {
  await grantToApp(database.ownerUrl, new URL(database.ownerUrl).username)
})

test('a database that is ahead of the release is left alone', async () => {
  const newer = migrationFolder({ '1_one': 'CREATE TABLE one ()', '3_three': 'CREATE TABLE three ()' })
  await migrate(database.ownerUrl, newer)
  const older = migrationFolder({ '1_one': 'CREATE TABLE one ()' })
  expect(await migrate(database.ownerUrl, older)).toEqual([])
  const branched = migrationFolder({ '1_one': 'CREATE TABLE one ()', '2_two': 'CREATE TABLE two ()' })
  expect(await migrate(database.ownerUrl, branched)).toEqual(['2_two'])
})

test('a migration that was changed after it was applied is refused by name', async () => {
  await migrate(database.ownerUrl, migrationFolder({ '1_one': 'CREATE TABLE one ();\n' }))
  const otherLineEnds = migrationFolder({ '1_one': 'CREATE TABLE one ();\r\n' })
  expect(await migrate(database.ownerUrl, otherLineEnds)).toEqual([])
  const changed = migrationFolder({ '1_one': 'CREATE TABLE uno ();\n' })
  await expect(migrate(database.ownerUrl, changed)).rejects.toThrow(/1_one was changed after it was applied/)
})

test('a migration that fails is told, and again until somebody has cleaned up', async () => {
  const folder = migrationFolder({
    '1_one': 'CREATE TABLE one ()',
    '2_bad': 'CREATE TABLE two (); SELECT 1/0',
  })
  await expect(migrate(database.ownerUrl, folder)).rejects.toThrow(
    /^Migration 2_bad failed: .*division by zero/s,
  )
  await expect(migrate(database.ownerUrl, folder)).rejects.toThrow(/2_bad failed half-way.*rolled_back_at/)
  await query(
    database.ownerUrl,
    `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL`,
  )
  rmSync(path.join(folder, '2_bad'), { recursive: true })
  cpSync(migrationFolder({ '2_good': 'CREATE TABLE two ()' }), folder, { recursive: true })
  expect(await migrate(database.ownerUrl, folder)).toEqual(['2_good'])
})

test('a migration that loses a deadlock against writers begins again', async () => {
  const tables = { '1_tables': 'CREATE TABLE one (); CREATE TABLE two ()' }
  await migrate(database.ownerUrl, migrationFolder(tables))
  // It asks for the second table when the writer waits for the first already.
  const both = `CREATE TABLE three (); ALTER TABLE one ADD x int; SELECT pg_advisory_xact_lock(1);
    ALTER TABLE two ADD x int`
  const folder = migrationFolder({ ...tables, '2_both': both })
  const [writer, gate] = [await connectTo(database.ownerUrl), await connectTo(database.ownerUrl)]
  await gate.query('SELECT pg_advisory_lock(1)')
  // The migration is the first to look for a deadlock.
  await writer.query("SET deadlock_timeout = '1min'; BEGIN; LOCK TABLE two")
  const migrated = migrate(database.ownerUrl, folder)
  const waits = (lock: string) =>
    expect
      .poll(() => query(database.ownerUrl, `SELECT 1 AS one FROM pg_locks WHERE NOT granted AND ${lock}`), {
        timeout: 15_000,
      })
      .toEqual([{ one: 1 }])
  await waits(`locktype = 'advisory' AND objid = 1 AND database = (
    SELECT oid FROM pg_database WHERE datname = current_database())`)
  const written = writer.query('LOCK TABLE one; COMMIT')
  await waits(`relation = 'one'::regclass`)
  await gate.query('SELECT pg_advisory_unlock(1)')
  await written
  expect(await migrated).toEqual(['2_both'])
  expect(await query(database.ownerUrl, 'SELECT one.x, two.x AS y FROM one, two, three')).toEqual([])
})

test('a migration may hold semicolons that end no statement', async () => {
  const folder = migrationFolder({
    '1_one': `-- one; two
      CREATE FUNCTION one() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;
      CREATE TABLE two AS SELECT one() AS text;`,
  })
  await migrate(database.ownerUrl, folder)
  expect(await query(database.ownerUrl, 'SELECT text FROM two')).toEqual([{ text: 'a;b' }])
})

test('a database whose encoding knows no letters is refused, and left as it was', async () => {
  const other = await createDatabase({ empty: true, options: `ENCODING 'SQL_ASCII' LOCALE 'C'` })
  onTestFinished(other.drop)
  await expect(migrate(other.ownerUrl)).rejects.toThrow(
    /^The database test_\w+ is in SQL_ASCII, and must be in UTF8\. Make another: CREATE DATABASE/,
  )
  expect(await query(other.ownerUrl, `SELECT to_regclass('_prisma_migrations') AS made`)).toEqual([
    { made: null },
  ])
})

test('leaves no connection behind', async () => {
  await migrate(database.ownerUrl)
  const [row] = await query(
    database.ownerUrl,
    'SELECT count(*)::int AS others FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  expect(row).toEqual({ others: 0 })
})

function migrationFolder(migrations: Record<string, string>) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(path.join(folder, name))
    writeFileSync(path.join(folder, name, 'migration.sql'), sql)
  }
  return folder
}

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
