import { chmodSync, existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that goes when the test ends, with the database that a symlink in it may lead to. */
export function temporaryDataDir({ mode = 0o755, parent = os.tmpdir() } = {}): string {
  const folder = mkdtempSync(path.join(parent, 'graphdesk-test-'))
  chmodSync(folder, mode)
  const dataDir = path.join(folder, 'data')
  onTestFinished(() => {
    const cluster = path.join(dataDir, 'postgres')
    if (existsSync(cluster) && lstatSync(cluster).isSymbolicLink())
      rmSync(readlinkSync(cluster), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })
  return dataDir
}
