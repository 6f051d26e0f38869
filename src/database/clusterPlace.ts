import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { canEnter, postgresUser } from './postgresUser.js'
import { ensureSharedFolder, sharedFolder } from './sharedFolder.js'

/**
 * The real path of the cluster that belongs to `dataDir`, whether it exists yet or not: `dataDir/postgres`, or a
 * folder elsewhere that a symlink of this name leads to, when PostgreSQL's user cannot enter `dataDir`.
 */
export function clusterPlace(dataDir: string, log: (line: string) => void): string {
  // Not left to the umask: PostgreSQL's user has to pass through. What is secret in it has its own mode.
  if (mkdirSync(dataDir, { recursive: true })) chmodSync(dataDir, 0o755)
  const cluster = path.join(realpathSync(dataDir), 'postgres')
  const present = lstatSync(cluster, { throwIfNoEntry: false })
  if (present?.isSymbolicLink()) return path.resolve(path.dirname(cluster), readlinkSync(cluster))
  const reachable = canEnter(dataDir, postgresUser(cluster))
  if (present && !reachable) throw new Error(unreachable(cluster))
  if (reachable) return cluster
  const elsewhere = path.join(sharedFolder, placeName(cluster))
  ensureSharedFolder()
  try {
    symlinkSync(elsewhere, cluster)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return clusterPlace(dataDir, log)
  }
  log(
    `The database is kept in ${elsewhere}: PostgreSQL does not run as root, and only root may enter ${dataDir}.`,
  )
  return elsewhere
}

/** Random too: where a deleted DATA_DIR is made anew, the data of the old one is neither reused nor overwritten. */
function placeName(cluster: string) {
  const origin = createHash('sha256').update(cluster).digest('hex').slice(0, 12)
  return `${origin}-${randomBytes(3).toString('hex')}`
}

function unreachable(cluster: string) {
  const elsewhere = path.join(sharedFolder, placeName(cluster))
  return (
    `${cluster} lies in a folder that its owner may not enter. Open that folder, or move the database: ` +
    `mkdir -p ${sharedFolder} && mv ${cluster} ${elsewhere} && ln -s ${elsewhere} ${cluster}`
  )
}
