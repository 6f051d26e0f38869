import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import type { ClusterOptions } from './initCluster.js'
import { endLeftovers } from './leftovers.js'
import { cannotRun, runProgram, spawnOptions } from './postgresProgram.js'

export type Postmaster = { port: number; exited: Promise<void>; stop(): Promise<void> }

const startPatienceMs = 30_000
const stopPatienceMs = 30_000
const portTaken = /could not create any TCP\/IP sockets|Address already in use/
/** Backends of a killed server still end, and hold its shared memory until then. */
const memoryHeld = /pre-existing shared memory block/
/** Of an owner killed while it was starting its server. */
const leftoverStarting = /lock file "postmaster.pid" already exists/
const worthTelling = /PANIC:|terminated by signal|not properly shut down/

/** Starts the server on 127.0.0.1, on a free port unless one is named, and waits until it takes connections. */
export async function startPostmaster(
  options: ClusterOptions,
  log: (line: string) => void,
  named?: number,
): Promise<Postmaster> {
  const deadline = Date.now() + startPatienceMs
  while (true) {
    const port = named ?? (await freePort())
    const child = launch(options, port)
    const failure = await untilReady(child, log)
    if (failure === null) return supervise(options, child, port)
    const passing = [portTaken, memoryHeld, leftoverStarting].some((reason) => reason.test(failure))
    if (!passing || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${failure}`)
    await setTimeout(200)
    await endLeftovers(options.cluster, log)
  }
}

function launch({ binaries, cluster, user, durable }: ClusterOptions, port: number) {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '128MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    // LOG and worse: what a statement did wrong is its sender's to report.
    log_min_messages: 'log',
    max_connections: durable ? 100 : 200,
    ...(durable
      ? {}
      : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' }),
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return spawn(binaries.postgres, ['-D', cluster, ...args], {
    ...spawnOptions(cluster, user),
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: the terminal's Ctrl-C is for us, who stop it when nothing uses it any more.
    detached: true,
  })
}

/** Null when it takes connections, else what it said. */
async function untilReady(child: ChildProcess, log: (line: string) => void) {
  const lines: string[] = []
  return new Promise<string | null>((resolve, reject) => {
    if (child.stderr)
      createInterface(child.stderr).on('line', (line) => {
        if (worthTelling.test(line)) log(`PostgreSQL: ${line}`)
        if (lines.push(line) > 20) lines.shift()
        if (line.includes('database system is ready to accept connections')) resolve(null)
      })
    child.once('error', (cause) => reject(new Error(cannotRun(child.spawnfile), { cause })))
    child.once('close', () => resolve(lines.join('\n')))
  })
}

function supervise(options: ClusterOptions, child: ChildProcess, port: number): Postmaster {
  let stopping: Promise<void> | undefined
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
  })
  const exited = new Promise<void>((resolve) => {
    void ended.then(() => stopping ?? resolve())
  })
  // For an exit that stops nothing, such as an uncaught error: the server need not wait for the next start.
  const endWithUs = () => child.kill('SIGINT')
  process.once('exit', endWithUs)
  void ended.then(() => process.off('exit', endWithUs))
  const stop = async () => {
    await signal(options, child, 'INT')
    const timer = new AbortController()
    const patience = setTimeout(stopPatienceMs, 'late', { signal: timer.signal }).catch(() => {})
    if ((await Promise.race([ended, patience])) === 'late') await signal(options, child, 'QUIT')
    await ended
    timer.abort()
  }
  return {
    port,
    exited,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

async function signal(
  { binaries, cluster, user }: ClusterOptions,
  child: ChildProcess,
  name: 'INT' | 'QUIT',
) {
  if (process.platform !== 'win32') child.kill(`SIG${name}`)
  // Windows has no signals; the server listens for these from pg_ctl.
  else
    await runProgram(binaries.pgCtl, ['kill', name, String(child.pid)], { folder: cluster, user }).catch(
      () => {},
    )
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port of 127.0.0.1 is free.')
  return address.port
}
