import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { projectRoot } from '../src/root.js'
import { schema } from './schema.js'

// Writes schema/schema.graphql; with --check only says whether it is as it should be.
const file = path.join(projectRoot, 'schema/schema.graphql')
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`

if (!process.argv.includes('--check')) {
  await writeFile(file, printed)
} else if ((await readFile(file, 'utf8').catch(() => '')) !== printed) {
  console.error('schema/schema.graphql is not what the code says. Run `npm run schema` and commit it.')
  process.exitCode = 1
}
