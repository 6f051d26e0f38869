import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import type { Passwords } from './passwords.js'
import type { Binaries } from './postgresBinaries.js'
import { runProgram } from './postgresProgram.js'
import type { RunAs } from './postgresUser.js'

export const ownerRole = 'graphdesk_owner'
export const appRole = 'graphdesk_app'
export const databaseName = 'graphdesk'

export type ClusterOptions = { binaries: Binaries; cluster: string; user: RunAs; durable: boolean }

/**
 * Creates the cluster with its two roles and its database. It is prepared beside its place and renamed into it
 * when complete: a cluster that exists is a whole one, however often its creation was interrupted.
 */
export async function initCluster(options: ClusterOptions, passwords: Passwords): Promise<void> {
  const { binaries, cluster, user, durable } = options
  const prefix = `${path.basename(cluster)}.init-`
  removeInterrupted(path.dirname(cluster), prefix)
  const folder = path.join(path.dirname(cluster), `${prefix}${randomBytes(4).toString('hex')}`)
  mkdirSync(folder, { mode: 0o700 })
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid)
  // `trust` lasts until the next line but one: nothing listens before pg_hba.conf is replaced.
  const args = ['-D', folder, '-U', ownerRole, '-E', 'UTF8', '--no-locale', '--auth=trust']
  await runProgram(binaries.initdb, durable ? args : [...args, '--no-sync'], { folder, user })
  writeFileSync(path.join(folder, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n')
  await runSingleUser({ ...options, cluster: folder }, [
    `ALTER ROLE ${ownerRole} PASSWORD '${passwords.owner}';`,
    `CREATE ROLE ${appRole} LOGIN PASSWORD '${passwords.app}';`,
    `CREATE DATABASE ${databaseName};`,
    `REVOKE ALL ON DATABASE ${databaseName} FROM PUBLIC;`,
    `GRANT CONNECT ON DATABASE ${databaseName} TO ${appRole};`,
  ])
  renameSync(folder, cluster)
  if (durable) syncFolder(path.dirname(cluster))
}

/** For a stopped cluster whose passwords are lost. */
export function resetPasswords(options: ClusterOptions, passwords: Passwords): Promise<void> {
  return runSingleUser(options, [
    `ALTER ROLE ${ownerRole} PASSWORD '${passwords.owner}';`,
    `ALTER ROLE ${appRole} PASSWORD '${passwords.app}';`,
  ])
}

async function runSingleUser({ binaries, cluster, user, durable }: ClusterOptions, statements: string[]) {
  const args = ['--single', '-D', cluster, '-c', `fsync=${durable ? 'on' : 'off'}`, 'postgres']
  const input = `${statements.join('\n')}\n`
  const said = await runProgram(binaries.postgres, args, { folder: cluster, user, input })
  // It exits 0 after a failed statement. Only these lines: others repeat the statement with its password.
  const errors = said.split('\n').filter((line) => /\b(ERROR|FATAL|PANIC):/.test(line))
  if (errors.length > 0) throw new Error(`The database could not be set up: ${errors.join(' ')}`)
}

function removeInterrupted(parent: string, prefix: string) {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    try {
      rmSync(path.join(parent, name), { recursive: true, force: true })
    } catch {
      // An initdb whose parent was killed may still be writing there; it never renames.
    }
  }
}

function syncFolder(folder: string) {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
