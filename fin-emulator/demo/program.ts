import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

type Child = ChildProcessByStdio<null, Readable, Readable>

/** One of this package's programs, running as a process of its own. */
export interface Program {
  /** From its ready line. */
  url: string
  pid: number
  /** Resolves when it has ended, with its exit status or the signal that ended it. */
  ended: Promise<number | string>
  /** The last lines it printed. */
  printed: readonly string[]
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
}

// A first start creates a database.
const startPatienceMs = 180_000
const stopPatienceMs = 30_000
const lines = 40

/**
 * Starts `node start.mjs` with these arguments and comes back when it says that it is ready; the way to stop it goes
 * onto `undo` before. It gets `env` and what a process needs to run at all: nothing of the caller's own
 * configuration, such as a DATABASE_URL.
 */
export async function startProgram(
  args: string[],
  env: Record<string, string>,
  undo: (() => unknown)[],
): Promise<Program> {
  const child = spawn(process.execPath, ['start.mjs', ...args], {
    cwd: packageRoot(),
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  const ended = once(child, 'exit').then(([status, signal]) => (status ?? signal) as number | string)
  const killWithUs = () => child.kill()
  process.once('exit', killWithUs)
  void ended.then(() => process.off('exit', killWithUs))

  async function stop() {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs)
    await ended
    clearTimeout(timer)
  }

  async function kill() {
    child.kill('SIGKILL')
    await ended
  }

  undo.push(stop)
  const url = await readyUrl(child, args[0] ?? 'The server', printed)
  return { url, pid: child.pid ?? 0, ended, printed, stop, kill }
}

function readyUrl(child: Child, name: string, printed: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name} ${why}:\n${printed.join('\n')}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('was not ready in time')
    }, startPatienceMs)
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        if (printed.push(line) > lines) printed.shift()
        const ready = / ready at (http\S+)/.exec(line)?.[1]
        if (!ready) return
        clearTimeout(timer)
        resolve(ready)
      })
    }
    // Not `exit`: what it had to say may still be on its way then.
    child.once('close', (status, signal) => {
      clearTimeout(timer)
      fail(`ended with ${status ?? signal} before it was ready`)
    })
  })
}

/** The folder of this package, from the sources as well as from what they are compiled to. */
export function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'start.mjs'))) folder = path.dirname(folder)
  return folder
}

function bareEnvironment(): Record<string, string> {
  const needed = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'ComSpec', 'USERPROFILE', 'LANG']
  return Object.fromEntries(needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}
