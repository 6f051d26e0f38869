// Imports point one way. Import cycles are the linter's to find.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

// The first pattern that matches names a file's layer. An unnamed file of src/ is a base module.
const layers = [
  ['generated', /^src\/generated\//],
  ['main', /^src\/main\.ts$/],
  ['server', /^src\/(server\.ts$|http\/)/],
  ['actor', /^src\/actor\.ts$/],
  ['app', /^src\/(app|timers)\.ts$/],
  ['webhooks', /^src\/webhooks\//],
  ['events', /^src\/events\//],
  ['database', /^src\/database\//],
  ['base', /^src\/[^/]+$/],
  ['request', /^src\/request\//],
  ['access', /^src\/[^/]+\/access\.ts$/],
  ['noun', /^src\//],
  ['schema', /^schema\//],
  ['rest-adapter', /^rest-adapter\//],
  ['prisma', /^prisma\//],
  ['demo', /^fin-emulator\/demo/],
  ['fin-emulator', /^fin-emulator\//],
  ['client', /^client\//],
  ['web', /^web\//],
  ['bench', /^bench\//],
  ['chaos', /^chaos\//],
  ['test', /^test\//],
]

// What each layer may import besides itself; tests, benchmarks and chaos may import everything.
const ground = ['database', 'base', 'generated']
const core = ['noun', 'access', 'events', 'actor', ...ground]
const may = {
  generated: [],
  base: ['generated'],
  database: ['base', 'generated'],
  actor: ground,
  events: ['actor', ...ground],
  access: ['events', 'actor', ...ground],
  noun: core,
  app: core,
  webhooks: ['app', ...core],
  prisma: core,
  schema: ['app', ...core],
  request: ['base'],
  'rest-adapter': ['schema', 'request', 'app', ...core],
  server: ['schema', 'rest-adapter', 'request', 'webhooks', 'prisma', 'app', ...core],
  main: ['server', 'schema', 'rest-adapter', 'webhooks', 'prisma', 'app', ...core],
  demo: ['fin-emulator', 'server', 'database'],
  'fin-emulator': [],
  client: [],
  web: ['client'],
}

const shapeless = /(^|\/)(utils?|helpers?|lib|common|services)\//
const specifiers = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g

const faults = []
let imports = 0
for (const file of filesIn('')) {
  if (shapeless.test(file)) faults.push(`${file}: a folder must be named for what it holds`)
  if (!/\.m?ts$/.test(file)) continue
  const from = layerOf(file)
  for (const [, specifier] of readFileSync(path.join(root, file), 'utf8').matchAll(specifiers)) {
    imports++
    const target = path.posix.join(path.posix.dirname(file), specifier)
    const to = layerOf(target.replace(/\.(m?)js$/, '.$1ts'))
    if (from !== to && may[from] && !may[from].includes(to)) {
      faults.push(`${file}: ${from} must not import ${to} (${target})`)
    }
  }
}

for (const fault of faults) console.error(fault)
console.log(`${imports} imports, ${faults.length} against the direction`)
process.exitCode = faults.length > 0 ? 1 : 0

function layerOf(file) {
  return layers.find(([, pattern]) => pattern.test(file))?.[0] ?? 'elsewhere'
}

function filesIn(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name)
    if (entry.isFile()) return [file]
    const skipped = entry.name.startsWith('.') || ['node_modules', 'dist', 'generated'].includes(entry.name)
    return skipped || !entry.isDirectory() ? [] : filesIn(file)
  })
}
