import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { inject } from 'vitest'
import { freePort } from '../../fin-emulator/demo/freePort.js'
import { startEmbedded } from '../../src/database/embedded.js'
import { buildIndexes } from '../../src/database/indexes.js'
import { endLeftovers } from '../../src/database/leftovers.js'
import { grantToApp, migrate } from '../../src/database/migrate.js'
import { postgresBinaries } from '../../src/database/postgresBinaries.js'
import { spawnOptions } from '../../src/database/postgresProgram.js'
import { postgresUser } from '../../src/database/postgresUser.js'

/** A server of its own with a streaming replica. */
export interface ReplicatedDatabase {
  appUrl: string
  ownerUrl: string
  replica: ReplicaServer
  stop(): Promise<void>
}

export interface ReplicaServer {
  appUrl: string
  ownerUrl: string
  /** Comes back when it answers. */
  start(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
}

export async function startReplicated(): Promise<ReplicatedDatabase> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-replica-'))
  chmodSync(folder, 0o755)
  const dataDir = path.join(folder, 'primary')
  const primary = await startEmbedded({
    dataDir,
    durable: false,
    log: () => {},
    package: inject('cluster').package,
  })
  const remove = () => primary.stop().finally(() => rmSync(folder, { recursive: true, force: true }))
  try {
    await migrate(primary.ownerUrl)
    await buildIndexes(primary.ownerUrl)
    await grantToApp(primary.ownerUrl, new URL(primary.appUrl).username)
    const cluster = realpathSync(path.join(dataDir, 'postgres'))
    const copy = path.join(path.dirname(cluster), 'replica')
    await baseBackup(primary.ownerUrl, cluster, copy)
    const replica = await replicaServer(copy, primary)
    await replica.start()
    return { ...primary, replica, stop: () => replica.kill().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}

/** What pg_basebackup does, which the npm package does not bring. */
async function baseBackup(ownerUrl: string, cluster: string, copy: string) {
  appendFileSync(path.join(cluster, 'pg_hba.conf'), 'host replication all 127.0.0.1/32 scram-sha-256\n')
  const owner = new pg.Client({ connectionString: ownerUrl })
  await owner.connect()
  await owner.query('select pg_reload_conf()')
  // Else a replica hears of a commit only with the next one, or 200 ms later.
  await owner.query('alter database graphdesk set synchronous_commit = on')
  await owner.query(`select pg_backup_start('replica', fast => true)`)
  execFileSync('cp', ['-a', cluster, copy])
  const { rows } = await owner.query<{ label: string }>(
    'select labelfile as label from pg_backup_stop(wait_for_archive => false)',
  )
  await owner.end()
  const { uid, gid } = statSync(copy)
  for (const [name, text] of Object.entries({ backup_label: rows[0]?.label ?? '', 'standby.signal': '' })) {
    writeFileSync(path.join(copy, name), text)
    chownSync(path.join(copy, name), uid, gid)
  }
  rmSync(path.join(copy, 'postmaster.pid'))
}

async function replicaServer(
  cluster: string,
  primary: { appUrl: string; ownerUrl: string },
): Promise<ReplicaServer> {
  const port = await freePort()
  const user = postgresUser(cluster)
  const binaries = await postgresBinaries(inject('cluster').package, path.dirname(cluster), user)
  const { hostname, port: primaryPort, username, password } = new URL(primary.ownerUrl)
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 200,
    hot_standby_feedback: 'on',
    wal_retrieve_retry_interval: '100ms',
    primary_conninfo: `host=${hostname} port=${primaryPort} user=${username} password=${password}`,
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const here = (url: string) => Object.assign(new URL(url), { port: String(port) }).href
  const ownerUrl = here(primary.ownerUrl)
  let running: ChildProcess | undefined

  return {
    appUrl: here(primary.appUrl),
    ownerUrl,
    async start() {
      await endLeftovers(cluster, () => {})
      const child = spawn(binaries.postgres, ['-D', cluster, ...args], {
        ...spawnOptions(cluster, user),
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      running = child
      let said = ''
      child.stderr?.on('data', (part) => {
        said += part
      })
      while (!(await answers(ownerUrl))) {
        if (child.exitCode !== null) throw new Error(`The replica did not start:\n${said}`)
        await delay(20)
      }
    },
    async kill() {
      if (running?.kill('SIGKILL')) await once(running, 'exit')
      await endLeftovers(cluster, () => {})
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
