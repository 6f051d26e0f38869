import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Program {
  child: ChildProcess
  pid: number
  /** Where it listens. */
  port: number
  stop(): Promise<void>
}

const cores = availableParallelism()
const canPin = cores > 1 && has('taskset')

/** The server has a core of its own; the load and the database share the others. */
export const placement = canPin
  ? `server on core 0, database and load on core ${cores > 2 ? `1 to ${cores - 1}` : '1'}`
  : 'nothing is pinned to a core'

/** Leaves core 0 to the servers; what this process starts from now on does the same. */
export function leaveServersCore() {
  if (canPin) execFileSync('taskset', ['-pc', `1-${cores - 1}`, String(process.pid)], { stdio: 'ignore' })
}

/** Starts a compiled program that says `… ready at http://…:port`, on core 0. */
export async function startProgram(file: URL, env: Record<string, string>): Promise<Program> {
  const child = spawn(...pinned('0', file), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /ready at http:\/\/.*:(\d+)$/.exec(line)?.[1]
    if (port) return { child, pid: child.pid ?? 0, port: Number(port), stop: () => end(child) }
  }
  throw new Error(`${fileURLToPath(file)} ended before it was ready.`)
}

/** Starts a compiled program that is spoken to by messages; off core 0, unless it is one of the servers. */
export function startWorker(file: URL, { isServer = false } = {}): ChildProcess {
  const core = isServer ? '0' : `1-${cores - 1}`
  return spawn(...pinned(core, file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

/** Tells such a program something; gives what it answers. */
export async function ask<Order extends object, Answer>(child: ChildProcess, order: Order): Promise<Answer> {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('A program that was spoken to has ended.')
  })
  try {
    child.send(order)
    const [answer] = await Promise.race([once(child, 'message', { signal: over.signal }), ended])
    return answer as Answer
  } finally {
    over.abort()
    ended.catch(() => undefined)
  }
}

export async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  halt(child, false)
  await exited
}

/** Takes a program's time away, or gives it back; does nothing where there is no such signal. */
export function halt(child: ChildProcess, halted: boolean) {
  if (process.platform !== 'win32') child.kill(halted ? 'SIGSTOP' : 'SIGCONT')
}

/** How exactly it is told, in µs. */
export const tick = 10_000

/** CPU time so far, in µs; NaN where there is no /proc. */
export function cpuTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * tick
  } catch {
    return Number.NaN
  }
}

function pinned(core: string, file: URL): [string, string[]] {
  const command = [process.execPath, fileURLToPath(file)]
  return canPin ? ['taskset', ['-c', core, ...command]] : [command[0] as string, command.slice(1)]
}

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
