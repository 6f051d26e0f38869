import { spawn } from 'node:child_process'
import path from 'node:path'
import type { RunAs } from './postgresUser.js'

/**
 * What every program of PostgreSQL is started with: C messages, which we read; none of the PG* variables; and a
 * working folder that its user can enter, which ours may not be.
 */
export function spawnOptions(folder: string, user: RunAs) {
  return { ...user, cwd: folder, env: { LC_ALL: 'C' }, windowsHide: true }
}

/** Runs one to its end and returns what it said; throws that when it failed. */
export function runProgram(
  program: string,
  args: string[],
  options: { folder: string; user: RunAs; input?: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...spawnOptions(options.folder, options.user), stdio: 'pipe' })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
      })
    }
    child.on('error', (cause) => reject(new Error(cannotRun(program), { cause })))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said)
      else reject(new Error(`${path.basename(program)} failed (${signal ?? `exit ${code}`}): ${said.trim()}`))
    })
    // It may end before it has read everything; its exit tells why.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input)
  })
}

/** Why a program that is there does not start: usually the C library is not glibc. */
export function cannotRun(program: string): string {
  return `${program} does not run on this system (it needs glibc). Set DATABASE_URL to use a PostgreSQL server.`
}
