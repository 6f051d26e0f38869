import pg from 'pg'
import {
  hasChecksum,
  type Migration,
  migrationsFolder,
  migrationsList,
  readMigrations,
} from './migrations.js'
import { loadSchemaEngine } from './schemaEngine.js'
import { ScriptAdapter } from './scriptAdapter.js'

type Applied = { migration_name: string; checksum: string; finished_at: Date | null }

/** Any number, the same in every release. */
const lockKey = 7_311_042

/**
 * Applies what is missing of the release's migrations and returns their names. Nodes that start together take
 * turns. Migrations that this release does not know are left alone: the next release runs beside it.
 */
export async function migrate(ownerUrl: string, folder = migrationsFolder): Promise<string[]> {
  const known = await readMigrations(folder)
  return inTurn(ownerUrl, async (client) => {
    await refuseEncoding(client)
    const applied = await readApplied(client)
    refuseChanged(known, applied)
    const finished = new Set(
      applied.filter((row) => row.finished_at !== null).map((row) => row.migration_name),
    )
    // The usual start: the engine is large and slow to load.
    if (known.every((migration) => finished.has(migration.name))) return []
    return apply(ownerUrl, folder, known)
  })
}

/** Lets the application's role read and write all tables, call the functions that migrations made for it, and change no table. */
export async function grantToApp(ownerUrl: string, appUser: string): Promise<void> {
  await inTurn(ownerUrl, async (client) => {
    const { rows } = await client.query<{ owner: string }>('SELECT current_user AS owner')
    if (rows[0]?.owner === appUser) return
    const app = client.escapeIdentifier(appUser)
    const rights = 'SELECT, INSERT, UPDATE, DELETE'
    await client.query(`
      GRANT USAGE ON SCHEMA public TO ${app};
      GRANT ${rights} ON ALL TABLES IN SCHEMA public TO ${app};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO ${app};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${app};
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ${rights} ON TABLES TO ${app};
      ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO ${app};
    `)
  })
}

/** One node at a time: concurrent grants fail, and the engine's own lock gives up after ten seconds. */
async function inTurn<T>(ownerUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'graphdesk migrate' })
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query(
      'SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0',
    )
    await client.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } finally {
    await client.end()
  }
}

async function refuseEncoding(client: pg.Client) {
  const { rows } = await client.query<{ name: string; encoding: string }>(
    'SELECT current_database() AS name, getdatabaseencoding() AS encoding',
  )
  const [{ name, encoding } = { name: '', encoding: '' }] = rows
  if (encoding === 'UTF8') return
  throw new Error(
    `The database ${name} is in ${encoding}, and must be in UTF8. Make another: ` +
      `CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0 ENCODING 'UTF8'.`,
  )
}

async function readApplied(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<{ table: string | null }>(
    `SELECT to_regclass('public._prisma_migrations') AS table`,
  )
  if (rows[0]?.table === null) return []
  const applied = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM public._prisma_migrations WHERE rolled_back_at IS NULL',
  )
  return applied.rows
}

function refuseChanged(known: Migration[], applied: Applied[]) {
  for (const { migration_name: name, checksum, finished_at } of applied) {
    if (finished_at === null) throw new Error(halfWay(name))
    const migration = known.find((candidate) => candidate.name === name)
    if (migration && !hasChecksum(migration.sql, checksum)) {
      throw new Error(
        `Migration ${name} was changed after it was applied. Restore its migration.sql and put the change into a new migration.`,
      )
    }
  }
}

async function apply(ownerUrl: string, folder: string, known: Migration[]) {
  const pool = new pg.Pool({ connectionString: ownerUrl, application_name: 'graphdesk migrate' })
  try {
    const engine = await loadSchemaEngine(new ScriptAdapter(pool))
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrationsList(folder, known),
      filters: { externalTables: [], externalEnums: [] },
    })
    return appliedMigrationNames
  } catch (cause) {
    throw new Error(failure(String(cause instanceof Error ? cause.message : cause)), { cause })
  } finally {
    await pool.end()
  }
}

/** The engine puts its own stack behind the reason. */
function failure(message: string) {
  const name = /migration_name="([^"]+)"/.exec(message)?.[1]
  const [reason = message] = message.split(/\n\s+0: /)
  return `${name ? `Migration ${name}` : 'Migrating the database'} failed: ${reason}`
}

function halfWay(name: string) {
  return (
    `Migration ${name} failed half-way. Look at its row's "logs" in _prisma_migrations, undo what it left behind, ` +
    `set the row's rolled_back_at to now(), and start again.`
  )
}
