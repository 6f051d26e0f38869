import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { vi } from 'vitest'
import { databaseName, ownerRole } from '../../../src/database/initCluster.js'
import { readPasswords } from '../../../src/database/passwords.js'

/** Waits until every webhook has been sent, also what a server was sending when it was killed. */
export async function deliveriesDone(dataDir: string): Promise<void> {
  const password = readPasswords(path.join(dataDir, 'postgres-passwords.json'))?.owner
  const port = Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3])
  const client = new pg.Client({ host: '127.0.0.1', port, database: databaseName, user: ownerRole, password })
  await client.connect()
  try {
    await vi.waitFor(
      async () => {
        const { rows } = await client.query(
          `select state, count(*) from delivery where state <> 'DELIVERED' group by state`,
        )
        if (rows.length > 0) throw new Error(`Deliveries are not done: ${JSON.stringify(rows)}`)
      },
      { timeout: 30_000, interval: 100 },
    )
  } finally {
    await client.end()
  }
}
