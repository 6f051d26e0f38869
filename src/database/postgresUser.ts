import { readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

/** Whom PostgreSQL runs as; empty means as ourselves. */
export type RunAs = { uid?: number; gid?: number }

/** PostgreSQL refuses to run as root: root starts it as the cluster's owner or, for a new one, as `postgres` or `nobody`. */
export function postgresUser(cluster: string): RunAs {
  if (process.geteuid?.() !== 0) return {}
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  const user = accountOf('postgres') ?? accountOf('nobody')
  if (user) return user
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody" to run it as. ' +
      'Start Graphdesk as another user, or set DATABASE_URL.',
  )
}

/** Whether `user` may pass through every folder down to this one; we ourselves are taken to be let in. */
export function canEnter(folder: string, user: RunAs): boolean {
  if (user.uid === undefined) return true
  for (let at = realpathSync(folder); ; at = path.dirname(at)) {
    const { mode, uid, gid } = statSync(at)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

function accountOf(name: string): RunAs | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined
}
