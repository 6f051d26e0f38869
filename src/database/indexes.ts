import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { projectRoot } from '../root.js'

const file = path.join(projectRoot, 'prisma/indexes.sql')

/** Any number but the migrations', the same in every release. */
const lockKey = 7_311_043

/** In ms: after a failure, or while another node builds. */
const again = 30_000

interface Building {
  /** Ends what is under way, and waits for nothing. */
  stop(): Promise<void>
}

/** Builds what is missing of indexes.sql while everybody works, and tries again until all are there. */
export function keepIndexes(
  ownerUrl: string,
  { report, sql }: { report: (error: Error) => void; sql?: string },
): Building {
  const stopped = new AbortController()
  const { signal } = stopped
  const building = (async () => {
    while (!signal.aborted) {
      const built = await buildIndexes(ownerUrl, { signal, sql }).catch((error: Error) => {
        if (!signal.aborted) report(error)
        return null
      })
      if (built) return
      await wait(again, undefined, { signal, ref: false }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await building
    },
  }
}

/**
 * Builds what is missing and returns its names; null where another node is at it. An index whose building broke off is
 * in nobody's use, and is built anew. It holds no migration back: it waits at most a minute for a lock.
 */
export async function buildIndexes(
  ownerUrl: string,
  { signal, sql }: { signal?: AbortSignal; sql?: string } = {},
): Promise<string[] | null> {
  const wanted = indexesIn(sql ?? (await readFile(file, 'utf8')))
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'graphdesk indexes' })
  // What breaks the connection is told by the statement that it breaks.
  client.on('error', () => undefined)
  const end = () => client.end()
  signal?.addEventListener('abort', end)
  try {
    await client.connect()
    const { rows: held } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [
      lockKey,
    ])
    if (!held[0]?.ours) return null
    await client.query(`SET lock_timeout = '1min'; SET statement_timeout = 0`)
    const built: string[] = []
    for (const { name, create } of wanted) {
      const { rows } = await client.query<{ valid: boolean }>(state, [name])
      if (rows[0]?.valid) continue
      if (rows.length > 0) await client.query(`DROP INDEX CONCURRENTLY ${client.escapeIdentifier(name)}`)
      await client.query(create)
      built.push(name)
    }
    return built
  } finally {
    signal?.removeEventListener('abort', end)
    await client.end()
  }
}

const state = `SELECT i.indisvalid AS valid FROM pg_index i WHERE i.indexrelid = to_regclass('public.' || quote_ident($1))`

function indexesIn(sql: string): { name: string; create: string }[] {
  const statements = sql.replaceAll(/^\s*--.*$/gm, '').split(';')
  return statements
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .map((create) => {
      const name = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY "(\w+)"/.exec(create)?.[1]
      if (!name) throw new Error(`Not the making of an index while writers work: ${create}`)
      return { name, create }
    })
}
