import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { projectRoot } from '../../../src/root.js'

/** What relay-compiler makes of sources, by the name of the file; it throws what the compiler refuses. */
export function compileForRelay(sources: Record<string, string>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-relay-'))
  const artifacts = path.join(folder, 'src/__generated__')
  mkdirSync(artifacts, { recursive: true })
  for (const [file, text] of Object.entries(sources)) writeFileSync(path.join(folder, 'src', file), text)
  const config = {
    src: './src',
    schema: path.join(projectRoot, 'schema/schema.graphql'),
    language: 'typescript',
    artifactDirectory: './src/__generated__',
    eagerEsModules: true,
  }
  writeFileSync(path.join(folder, 'relay.config.json'), JSON.stringify(config))
  execFileSync(process.execPath, [path.join(projectRoot, 'node_modules/relay-compiler/cli.js')], {
    cwd: folder,
    stdio: 'pipe',
  })
  return {
    load: async (name: string) => (await import(path.join(artifacts, `${name}.graphql.ts`))).default,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
