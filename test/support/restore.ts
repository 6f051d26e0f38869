import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { startEmbedded } from '../../src/database/embedded.js'
import { buildIndexes } from '../../src/database/indexes.js'
import { grantToApp, migrate } from '../../src/database/migrate.js'

export interface RestoredDatabase {
  appUrl: string
  ownerUrl: string
  stop(): Promise<void>
}

/**
 * Dumps a database and restores it into a cluster of its own. The embedded PostgreSQL brings no `pg_dump`; this does what
 * a dump of the data does: every row of one snapshot by COPY into migrated, empty tables, without triggers, and the
 * sequences.
 */
export async function dumpAndRestore(ownerUrl: string): Promise<RestoredDatabase> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-restore-'))
  const files = path.join(folder, 'dump')
  // Both servers run as PostgreSQL's own user.
  chmodSync(folder, 0o777)
  const cluster = await startEmbedded({
    dataDir: mkdtempSync(path.join(folder, 'data-')),
    durable: false,
    log: () => {},
    package: inject('cluster').package,
  })
  await migrate(cluster.ownerUrl)
  await buildIndexes(cluster.ownerUrl)
  await grantToApp(cluster.ownerUrl, new URL(cluster.appUrl).username)
  const from = new pg.Client({ connectionString: ownerUrl })
  const to = new pg.Client({ connectionString: cluster.ownerUrl })
  await Promise.all([from.connect(), to.connect()])
  await from.query('begin isolation level repeatable read read only')
  await to.query('begin')
  await to.query('set local session_replication_role = replica')
  const { rows: tables } = await from.query<{ name: string }>(
    `select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> '_prisma_migrations'`,
  )
  await to.query(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')}`)
  for (const { name } of tables) {
    const columns = await columnsOf(from, name)
    await from.query(`copy (select ${columns} from "${name}") to '${files}.${name}'`)
    await to.query(`copy "${name}" (${columns}) from '${files}.${name}'`)
  }
  const { rows: sequences } = await from.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value as value from pg_sequences where schemaname = 'public'`,
  )
  for (const { name, value } of sequences)
    if (value !== null) await to.query('select setval($1::regclass, $2)', [name, value])
  await to.query('commit')
  await Promise.all([from.end(), to.end()])
  return {
    appUrl: cluster.appUrl,
    ownerUrl: cluster.ownerUrl,
    async stop() {
      await cluster.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position`,
    [table],
  )
  return rows.map(({ name }) => `"${name}"`).join(', ')
}
