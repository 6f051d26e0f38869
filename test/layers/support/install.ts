import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Debian's packages, by a file of theirs. */
const packages = { chromium: '/usr/bin/chromium', nginx: '/usr/sbin/nginx', pgbouncer: '/usr/sbin/pgbouncer' }

/** Installs what is missing; a run that cannot have it fails. */
export default function install() {
  const missing = Object.entries(packages).flatMap(([name, file]) => (existsSync(file) ? [] : [name]))
  if (missing.length === 0) return
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...missing)
}

function apt(...args: string[]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, error } = spawnSync('apt-get', args, { stdio: 'inherit', env })
  if (status === 0) return
  throw new Error(`apt-get ${args.join(' ')} failed: these tests need Debian, and root.`, { cause: error })
}
