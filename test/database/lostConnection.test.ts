import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../src/database/database.js'
import { statement } from '../../src/database/statement.js'
import { OverloadedError } from '../../src/errors.js'
import { createDatabase } from '../support/database.js'
import { holdAnswers } from './heldAnswers.js'

const ownPid = statement('test.pid', 'select pg_backend_pid() as pid')

test('a connection that breaks in the moment it is handed on ends nothing: its user may try again', async () => {
  const database = await createDatabase()
  onTestFinished(database.drop)
  const relay = await holdAnswers(database.appUrl)
  const db = openDatabase({ url: relay.url, poolSize: 1, preparedStatements: true })
  onTestFinished(async () => {
    await db.close()
    await relay.stop()
  })
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

async function terminate(ownerUrl: string, pid: number | undefined) {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  await client.query('select pg_terminate_backend($1)', [pid])
  await client.end()
}
