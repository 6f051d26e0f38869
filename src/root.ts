import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, the same whether this file runs as a source or compiled below dist/. */
export const projectRoot = findRoot(path.dirname(fileURLToPath(import.meta.url)))

function findRoot(folder: string): string {
  const manifest = path.join(folder, 'package.json')
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'graphdesk') return folder
  const parent = path.dirname(folder)
  if (parent === folder) throw new Error('The package.json of graphdesk is not above its own code.')
  return findRoot(parent)
}
