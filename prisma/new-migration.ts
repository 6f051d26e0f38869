// npm run migration -- NAME: writes what schema.prisma has and the migrations lack, for you to read and complete.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { migrationsFolder } from '../src/database/migrations.js'
import { pendingChanges } from './pendingChanges.js'

const name = process.argv[2] ?? ''

if (!/^[a-z0-9_]+$/.test(name)) {
  console.error('Name the migration in lower case letters, digits and _: npm run migration -- add_macros')
  process.exit(1)
}

await mkdir(migrationsFolder, { recursive: true })
const lock = path.join(migrationsFolder, 'migration_lock.toml')
if (!existsSync(lock)) await writeFile(lock, 'provider = "postgresql"\n')

const sql = await pendingChanges()
if (sql === '') {
  console.log('The migrations already make what schema.prisma describes.')
} else {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const file = path.join(migrationsFolder, `${time}_${name}`, 'migration.sql')
  await mkdir(path.dirname(file))
  await writeFile(file, sql)
  console.log(`Wrote ${path.relative(process.cwd(), file)}`)
}
