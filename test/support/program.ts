import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { projectRoot } from '../../src/root.js'

export interface Program {
  process: ChildProcess
  /** Everything it has printed. */
  output(): string
  /** What a line matched, once it was printed; throws when the program ends without. */
  prints(pattern: RegExp): Promise<RegExpExecArray>
  /** Its exit status, once it has ended; null after a signal that it did not catch. */
  ended: Promise<number | null>
}

/** Starts a program of this project, or of a release of it elsewhere, as a person would, `node start.mjs …`; with only these variables set. */
export function startProgram(
  args: string[],
  env: Record<string, string>,
  cwd: string = projectRoot,
  root: string = projectRoot,
): Program {
  const child = spawn(process.execPath, [path.join(root, 'start.mjs'), ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  const watchers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      for (const watcher of watchers) watcher()
    })
  }
  const ended = once(child, 'close').then(([status]) => {
    for (const watcher of watchers) watcher()
    return status as number | null
  })
  return {
    process: child,
    output: () => text,
    prints: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (match) resolve(match)
          else if (child.exitCode === null && child.signalCode === null) return
          else reject(new Error(`It ended without printing ${pattern}:\n${text}`))
          watchers.delete(look)
        }
        watchers.add(look)
        look()
      }),
    ended,
  }
}
