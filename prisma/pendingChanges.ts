import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { migrationsFolder, migrationsList, readMigrations } from '../src/database/migrations.js'
import { loadSchemaEngine } from '../src/database/schemaEngine.js'
import { withScripts } from '../src/database/scriptAdapter.js'
import { projectRoot } from '../src/root.js'

/**
 * The SQL that the migrations lack to make what schema.prisma describes, empty when nothing. What unmanaged.txt
 * names exists in migrations only, and is not dropped.
 */
export async function pendingChanges(): Promise<string> {
  const schemaPath = path.join(projectRoot, 'prisma/schema.prisma')
  const schema = await readFile(schemaPath, 'utf8')
  const unmanaged = await readUnmanaged()
  const filters = { externalTables: unmanaged.map((name) => `public.${name}`), externalEnums: [] }
  const { PGlite, PrismaPGlite } = await developmentPackages()
  const shadow = new PGlite()
  const adapters = new PrismaPGlite(shadow)
  // The stock one does not wait for a script's end. Nothing but this replay uses the database: it is the shadow.
  const connect = async () => withScripts(await adapters.connect(), (script) => shadow.exec(script))
  const replay = Object.assign(adapters, { connectToShadowDb: connect })
  try {
    const engine = await loadSchemaEngine(replay, schema)
    const migrations = migrationsList(migrationsFolder, await readMigrations(migrationsFolder))
    const { stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrations },
      to: { tag: 'schemaDatamodel', files: [{ path: schemaPath, content: schema }] },
      script: true,
      exitCode: true,
      filters,
    })
    return withoutDrops(stdout ?? '', unmanaged)
  } finally {
    await shadow.close()
  }
}

/** The engine leaves unmanaged tables alone by itself, but has no such list of indexes. */
export function withoutDrops(sql: string, unmanaged: string[]): string {
  const kept = sql.split('\n\n').filter((block) => {
    const index = /^(?:--.*\n)*DROP INDEX "(.+)";\s*$/.exec(block)?.[1]
    return index === undefined || !unmanaged.includes(index)
  })
  return kept.every((block) => /^(\s|--.*)*$/.test(block)) ? '' : kept.join('\n\n')
}

async function readUnmanaged() {
  const text = await readFile(path.join(projectRoot, 'prisma/unmanaged.txt'), 'utf8')
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
}

interface ShadowDatabase {
  exec(script: string): Promise<unknown>
  close(): Promise<void>
}

interface Packages {
  PGlite: new () => ShadowDatabase
  PrismaPGlite: new (database: ShadowDatabase) => SqlMigrationAwareDriverAdapterFactory
}

/** Named so that the compiler does not look for them: a production install builds too, and has not got them. */
const [pglite, adapter]: string[] = ['@electric-sql/pglite', 'pglite-prisma-adapter']

async function developmentPackages(): Promise<Packages> {
  try {
    const [{ PGlite }, { PrismaPGlite }] = await Promise.all([import(`${pglite}`), import(`${adapter}`)])
    return { PGlite, PrismaPGlite }
  } catch (cause) {
    throw new Error('Comparing migrations needs the development dependencies: run npm ci', { cause })
  }
}
