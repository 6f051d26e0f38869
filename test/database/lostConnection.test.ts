import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Database, type DatabaseOptions, openDatabase } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { OverloadedError } from '../../src/errors.js'
import { newId } from '../../src/ids.js'
import { connectTo, createDatabase } from '../support/database.js'
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

const names = statement('test.names', 'select name from inbox')

const reads: [string, (db: Database) => Promise<unknown>][] = [
  ['a statement', (db) => db.query(names, [])],
  ['a transaction', (db) => db.transaction((tx) => tx.query(names, []))],
  ['what follows a selection', (db) => db.prisma.inbox.findMany()],
  ['what is looked up with others', (db) => db.prisma.inbox.findUnique({ where: { id: newId() } })],
]

const endWaiting = `select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'`

describe.each(reads)('%s says that the server is busy', (_, read) => {
  test('when no connection becomes free', async () => {
    const { db } = await open({ connectWithin: 1_000 })
    const held = await db.pool.connect()
    await expect(read(db)).rejects.toThrow(OverloadedError)
    held.release()
    await read(db)
  })

  test('when its connection is ended', async () => {
    const { database, db } = await open()
    const [owner, other] = [await connectTo(database.ownerUrl), await connectTo(database.ownerUrl)]
    await owner.query('begin')
    await owner.query('lock table inbox')
    const ended = expect(read(db)).rejects.toThrow(OverloadedError)
    await expect.poll(async () => (await other.query(endWaiting)).rowCount).toBe(1)
    await ended
    await owner.query('rollback')
    await read(db)
  })

  test('when nobody listens there', async () => {
    const { relay, db } = await open()
    await relay.stop()
    await expect(read(db)).rejects.toThrow(OverloadedError)
  })
})

async function open(options: Partial<DatabaseOptions> = {}) {
  const database = await createDatabase()
  onTestFinished(database.drop)
  const relay = await holdAnswers(database.appUrl)
  const db = openDatabase({ url: relay.url, poolSize: 1, preparedStatements: true, ...options })
  onTestFinished(async () => {
    await db.close()
    await relay.stop()
  })
  return { database, relay, db }
}

async function terminate(ownerUrl: string, pid: number | undefined) {
  const client = await connectTo(ownerUrl)
  await client.query('select pg_terminate_backend($1)', [pid])
}
