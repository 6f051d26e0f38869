import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The process of the PostgreSQL server in a data folder. */
export function postmasterOf(dataDir: string): number {
  return Number(pidFile(dataDir)[0])
}

/** The port that it listens on. */
export function postmasterPort(dataDir: string): number {
  return Number(pidFile(dataDir)[3])
}

function pidFile(dataDir: string): string[] {
  return readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')
}
