import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

export interface TestDatabase {
  /** Owner of all tables: may change the schema. */
  ownerUrl: string
  /** What the application connects as. */
  appUrl: string
  /** Ends every connection to it. */
  drop(): Promise<void>
}

/** A migrated database of the test's own, or an empty one, then with such an encoding or locale. */
export async function createDatabase({ empty = false, options = '' } = {}): Promise<TestDatabase> {
  const { ownerUrl, appUrl, template } = inject('cluster')
  const name = `test_${randomBytes(6).toString('hex')}`
  await runAsOwner(`CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : template} ${options}`)
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
  return {
    ownerUrl: at(ownerUrl),
    appUrl: at(appUrl),
    drop: () => runAsOwner(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

/** A connection of one's own, which ends with the test. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  // The end of the test's database may end it before.
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

async function runAsOwner(statement: string) {
  const client = new pg.Client({ connectionString: inject('cluster').ownerUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
