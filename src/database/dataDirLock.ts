import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { markOf } from './processMark.js'

/**
 * Takes the lock at `lockPath`, or throws when a live process holds it; returns the release. A lock whose holder
 * died is taken over.
 *
 * The lock is a folder whose one entry names its holder. It appears complete, by a rename that fails unless the
 * place is free or an empty folder; and only the entry of a holder known dead is ever deleted. So of two starts at
 * one moment exactly one wins, also when both find the same dead holder.
 */
export function lockDataDir(lockPath: string, dataDir: string): () => void {
  const mine = markOf(process.pid) ?? `${process.pid}-`
  const prepared = `${lockPath}.${process.pid}-${randomBytes(4).toString('hex')}`
  mkdirSync(prepared)
  try {
    writeFileSync(path.join(prepared, mine), '')
    while (!moveInto(prepared, lockPath)) dropDeadHolders(lockPath, dataDir)
  } finally {
    rmSync(prepared, { recursive: true, force: true })
  }
  return () => {
    rmSync(path.join(lockPath, mine), { force: true })
    removeIfEmpty(lockPath)
  }
}

function moveInto(prepared: string, lockPath: string) {
  // Windows does not rename over an empty folder.
  removeIfEmpty(lockPath)
  try {
    renameSync(prepared, lockPath)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (['ENOTEMPTY', 'EEXIST'].includes(code) || (code === 'EPERM' && process.platform === 'win32'))
      return false
    throw error
  }
}

function dropDeadHolders(lockPath: string, dataDir: string) {
  for (const entry of entriesOf(lockPath)) {
    const pid = Number.parseInt(entry, 10)
    if (markOf(pid) === entry) throw new Error(refusal(pid, dataDir))
    rmSync(path.join(lockPath, entry), { force: true })
  }
}

function refusal(pid: number, dataDir: string) {
  const holder = pid === process.pid ? `this process (pid ${pid})` : `another Graphdesk process (pid ${pid})`
  return (
    `The database in ${dataDir} is in use by ${holder}. ` +
    `Stop that one first, or start this one with another DATA_DIR, or let both use one server through DATABASE_URL.`
  )
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function removeIfEmpty(folder: string) {
  try {
    rmdirSync(folder)
  } catch {
    // Absent, or held.
  }
}
