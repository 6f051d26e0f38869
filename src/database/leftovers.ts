import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { markOf } from './processMark.js'

const isLinux = process.platform === 'linux'

/** In the order tried, with how long each gets: a clean stop, one that the next start repairs, the last resort. */
const signals = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 7_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Ends the server processes that an owner who died left behind. Only for the holder of the lock: to anyone else
 * these processes may be a running server.
 */
export async function endLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid')
  const pid = serverIn(pidFile)
  if (pid === null) return
  if (isPostmaster(pid, cluster)) {
    await end(pid)
    log(`Stopped the database server (pid ${pid}) that an earlier run left behind.`)
  }
  // Its children see that it has gone, but one at work finishes that first.
  await Promise.all(childrenIn(cluster).map(end))
  // PostgreSQL would take any process of its user with this pid for the server. Nothing of it runs any more.
  if (isLinux && markOf(pid) !== null) rmSync(pidFile, { force: true })
}

function serverIn(pidFile: string) {
  try {
    // A server in single-user mode writes it negative.
    return Math.abs(Number.parseInt(readFileSync(pidFile, 'utf8'), 10)) || null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function isPostmaster(pid: number, cluster: string) {
  if (markOf(pid) === null) return false
  if (isLinux) return commandOf(pid).includes(cluster) || worksIn(pid, cluster)
  if (process.platform === 'win32') return false
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(
      cluster,
    )
  } catch {
    return false
  }
}

function commandOf(pid: number) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

function childrenIn(cluster: string) {
  if (!isLinux) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksIn(pid, cluster))
}

/** The program too, since somebody's shell may stand in that folder. */
function worksIn(pid: number, cluster: string) {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres' &&
      readlinkSync(`/proc/${pid}/cwd`) === cluster
    )
  } catch {
    return false
  }
}

async function end(pid: number) {
  const mark = markOf(pid)
  const lives = () => mark !== null && markOf(pid) === mark
  for (const [signal, patienceMs] of signals) {
    if (!lives()) return
    kill(pid, signal)
    const deadline = Date.now() + patienceMs
    while (lives() && Date.now() < deadline) await setTimeout(20)
  }
}

function kill(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
