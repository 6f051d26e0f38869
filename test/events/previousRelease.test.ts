import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { grantToApp, migrate } from '../../src/database/migrate.js'
import { migrationsFolder } from '../../src/database/migrations.js'
import { createDatabase } from '../support/database.js'

/** What the release before the feed's parts sends. */
const number = `with taken as (delete from event_pending returning event_id),
        log as (update event_log set position = position + (select count(*) from taken) returning position),
        numbered as (
          insert into event_feed (position, event_id)
          select log.position - count(*) over () + row_number() over (order by event_id), event_id
            from taken, log
          returning 1)
   select pg_notify('graphdesk_events', '') from numbered limit 1`
const lock = `select pg_advisory_xact_lock(hashtext('graphdesk.event_log'))`
const tail = `select f.position, e.type from event_feed f join event e on e.id = f.event_id
               where f.position > $1 order by f.position limit $2`

/** The migration, once it waits for the numbering that goes on. */
const waiting = `select 1 from pg_locks where not granted and locktype = 'advisory'
                    and database = (select oid from pg_database where datname = current_database())`

const own = '20261124220000_feed_partitions'

test('a log that is in use gets its parts under the feet of the previous release, which goes on in them', async () => {
  const database = await createDatabase({ empty: true })
  onTestFinished(() => database.drop())
  const before = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-migrations-'))
  onTestFinished(() => rmSync(before, { recursive: true, force: true }))
  cpSync(migrationsFolder, before, { recursive: true, filter: (from) => !from.includes(own) })
  await migrate(database.ownerUrl, before)
  await grantToApp(database.ownerUrl, new URL(database.appUrl).username)

  const node = new pg.Client({ connectionString: database.appUrl })
  await node.connect()
  onTestFinished(() => node.end())
  const numberEvents = async () => {
    await node.query('begin')
    await node.query(lock)
    await node.query({ name: 'number', text: number })
    await node.query('commit')
  }
  const happen = (count: number) =>
    node.query(
      `with e as (insert into event (type, inbox_id, actor_kind, origin)
         select 'TITLE_CHANGED', gen_random_uuid(), 'SYSTEM', 'SYSTEM' from generate_series(1, $1) returning id)
       insert into event_pending (event_id) select id from e`,
      [count],
    )
  const read = async (after: number) =>
    (await node.query({ name: 'tail', text: tail, values: [after, 1_000] })).rows.map(({ position }) =>
      Number(position),
    )
  const parts = async () => (await node.query('select first, ends from event_feed_part order by first')).rows

  await node.query('update event_log set position = 2999997')
  await happen(2)
  await numberEvents()
  await happen(2)
  // A node that is numbering when the migration comes.
  await node.query('begin')
  await node.query(lock)
  const migrated = migrate(database.ownerUrl)
  migrated.catch(() => undefined)
  await vi.waitFor(async () => {
    const { rows } = await node.query(waiting)
    expect(rows).toHaveLength(1)
  }, 20_000)
  await node.query({ name: 'number', text: number })
  await node.query('commit')
  expect(await migrated).toContain(own)

  expect(await read(0)).toEqual([2_999_998, 2_999_999, 3_000_000, 3_000_001])
  expect((await parts())[0]).toEqual({ first: '0', ends: '4000000' })
  await node.query('update event_log set position = 7999997')
  for (let round = 1; round <= 3; round++) {
    await happen(4)
    await numberEvents()
  }
  expect(await read(3_000_001)).toEqual(Array.from({ length: 12 }, (_, n) => 7_999_998 + n))
  expect((await parts()).at(-1)).toEqual({ first: '12000000', ends: '13000000' })
  const { rows } = await node.query('select distinct numbered_at <= now() as told from event_feed')
  expect(rows).toEqual([{ told: true }])
})

test('the application makes and drops no table but parts of the feed', async () => {
  const { appUrl, drop } = await createDatabase()
  onTestFinished(drop)
  const app = new pg.Client({ connectionString: appUrl })
  await app.connect()
  onTestFinished(() => app.end())
  await expect(app.query('drop table event_feed_1000000')).rejects.toThrow('must be owner')
  await expect(app.query('create table event_feed_9 (like event_feed)')).rejects.toThrow('permission denied')
  await app.query('select event_feed_drop(5000000)')
  await app.query('select event_feed_extend(7000000)')
  const { rows } = await app.query('select first from event_feed_part order by first')
  expect(rows.map(({ first }) => Number(first) / 1_000_000)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
