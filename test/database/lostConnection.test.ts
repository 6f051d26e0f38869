import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Database, openDatabase } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { OverloadedError } from '../../src/errors.js'
import { createDatabase } from '../support/database.js'
import { holdAnswers } from './heldAnswers.js'

const ownPid = statement('test.pid', 'select pg_backend_pid() as pid')

test('a connection that breaks in the moment it is handed on ends nothing: its user may try again', async () => {
  const { database, relay, db } = await open()
  const [before] = await db.query<{ pid: number }>(ownPid, [])

  relay.hold()
  const first = db.query<{ pid: number }>(ownPid, [])
  const waiting = db.transaction((tx) => tx.query(ownPid, []))
  await relay.until((held) => held.includes(`${before?.pid}`))
  await terminate(database.ownerUrl, before?.pid)
  await relay.until((held) => held.includes('terminating connection'))
  relay.release()

  expect(await first).toEqual([before])
  await expect(waiting).rejects.toThrow(OverloadedError)
  const [after] = await db.query<{ pid: number }>(ownPid, [])
  expect(after?.pid).not.toBe(before?.pid)
})

test.each([
  [
    'a query',
    (db: Database, silence: () => void) => {
      silence()
      return db.query(ownPid, [])
    },
  ],
  [
    'a transaction',
    (db: Database, silence: () => void) =>
      db.transaction(async (tx) => {
        await tx.query(ownPid, [])
        silence()
        return tx.query(ownPid, [])
      }),
  ],
])('a database that falls silent with its connections open does not hold up %s for ever', async (_, ask) => {
  const { relay, db } = await open()
  await db.query(ownPid, [])
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked = ask(db, relay.hold)
  const refused = expect(asked).rejects.toThrow(OverloadedError)
  await relay.until((held) => held.length > 0)
  vi.advanceTimersByTime(20_000)
  await refused
  vi.useRealTimers()
  relay.release()
  expect(await db.query(ownPid, [])).toHaveLength(1)
})

async function open() {
  const database = await createDatabase()
  onTestFinished(database.drop)
  const relay = await holdAnswers(database.appUrl)
  const db = openDatabase({ url: relay.url, poolSize: 1, preparedStatements: true })
  onTestFinished(async () => {
    await db.close()
    await relay.stop()
  })
  return { database, relay, db }
}

async function terminate(ownerUrl: string, pid: number | undefined) {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  await client.query('select pg_terminate_backend($1)', [pid])
  await client.end()
}
