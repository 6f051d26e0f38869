import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

export type Passwords = { owner: string; app: string }

/** Safe inside a URL and inside an SQL literal. */
export function newPasswords(): Passwords {
  const password = () => randomBytes(24).toString('base64url')
  return { owner: password(), app: password() }
}

/** Null when there is no such file, or not a whole one. */
export function readPasswords(file: string): Passwords | null {
  try {
    const { owner, app } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Passwords>
    return owner && app ? { owner, app } : null
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Readable by this user only; complete or not there at all. */
export function savePasswords(file: string, passwords: Passwords) {
  const partial = `${file}.${randomBytes(4).toString('hex')}`
  const handle = openSync(partial, 'wx', 0o600)
  writeSync(handle, JSON.stringify(passwords))
  fsyncSync(handle)
  closeSync(handle)
  renameSync(partial, file)
}
