// Generates the database client, compiles to dist/ and the client package to client/dist/, and builds the page to web/dist/,
// each only when its inputs have changed.
// Imports only Node's own modules: it is what tells people that the others are missing.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const lock = path.join(root, 'src/generated/.lock')
const lockExpiresMs = 120_000

const model = ['package-lock.json', 'prisma/schema.prisma']
const folders = ['bench', 'chaos', 'fin-emulator', 'prisma', 'rest-adapter', 'schema', 'src']

const outputs = ['src/generated', 'client/dist', 'web/dist']

const steps = [
  { name: 'Generating the database client', output: 'src/generated', inputs: () => model, run: generate },
  {
    name: 'Compiling',
    output: 'dist',
    inputs: () => [...model, 'tsconfig.json', ...folders.flatMap(sourcesIn)],
    run: () => compile('.'),
  },
  {
    name: 'Compiling the client package',
    output: 'client/dist',
    inputs: () => [
      'package-lock.json',
      'tsconfig.json',
      'client/generate.mjs',
      'client/tsconfig.json',
      'schema/schema.graphql',
      ...sourcesIn('client'),
    ],
    run: compileClient,
  },
  {
    name: 'Building the page',
    output: 'web/dist',
    inputs: () => [
      'package-lock.json',
      'tsconfig.json',
      'client/tsconfig.json',
      'web/tsconfig.json',
      ...sourcesIn('client'),
      ...sourcesIn('web'),
    ],
    run: bundle,
  },
]

/** Writes nothing when everything is up to date. */
export async function build() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Graphdesk needs Node.js 20.19 or newer, this is ${process.versions.node}.`)
  if (!existsSync(path.join(root, 'node_modules')))
    throw new Error('The dependencies are not installed: run npm ci')
  if (steps.every(isCurrent)) return
  if (!existsSync(path.join(root, 'node_modules/@types/node')))
    throw new Error('dist/ is out of date, and building it needs the development dependencies: run npm ci')
  await locked(async () => {
    for (const step of steps) if (!isCurrent(step)) await perform(step)
  })
}

async function perform(step) {
  const started = performance.now()
  const digest = digestOf(step)
  // Output without its stamp counts as absent, so a build that dies half-way is done again.
  rmSync(stampOf(step), { force: true })
  await step.run().catch((error) => {
    throw new Error(`${step.name} failed:\n${error.message}`)
  })
  writeFileSync(stampOf(step), digest)
  console.log(`${step.name}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

function generate() {
  const cli = path.join(root, 'node_modules/prisma/build/index.js')
  return run(process.execPath, [cli, 'generate', '--schema', 'prisma/schema.prisma'], {
    // Where the shell that Prisma starts finds the generator `prisma-pothos-types`.
    PATH: `${path.join(root, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
    // Generating runs on WASM, yet the CLI downloads the native engine unless one is named. Under this
    // placeholder its migrate and db commands silently do nothing: never set it for more than this child.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  })
}

async function compile(folder) {
  rmSync(path.join(root, folder, 'dist'), { recursive: true, force: true })
  await run(await compiler(), ['-p', path.join(folder, 'tsconfig.json')])
}

async function compileClient() {
  await compile('client')
  const { generateTypes } = await import('./client/generate.mjs')
  await generateTypes()
}

/** The native one itself: killing its launcher would leave it writing. */
async function compiler() {
  const { default: executable } = await import('./node_modules/typescript/lib/getExePath.js')
  return executable()
}

/** Vite strips types without a look at them. */
async function bundle() {
  await run(await compiler(), ['-p', 'web/tsconfig.json'])
  const vite = path.join(root, 'node_modules/vite/bin/vite.js')
  await run(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'])
}

/** Silent; when the program fails, the error's message is all it printed. */
function run(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const kill = () => child.kill()
    process.once('exit', kill)
    const printed = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      process.off('exit', kill)
      if (code === 0) resolve()
      else reject(new Error(Buffer.concat(printed).toString().trim()))
    })
  })
}

async function locked(work) {
  mkdirSync(path.dirname(lock), { recursive: true })
  while (!tryLock()) await setTimeout(100)
  const unlock = () => rmSync(lock, { force: true })
  const interrupted = (signal) => process.exit(128 + constants.signals[signal])
  process.once('exit', unlock).once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    await work()
  } finally {
    process.off('exit', unlock).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    unlock()
  }
}

function tryLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned()) rmSync(lock, { force: true })
    return false
  }
}

function isAbandoned() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    if (pid === process.pid || Date.now() - statSync(lock).mtimeMs > lockExpiresMs) return true
    // An empty file is a lock about to get its pid; 0 only asks about this process.
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function isCurrent(step) {
  return existsSync(stampOf(step)) && readFileSync(stampOf(step), 'utf8') === digestOf(step)
}

function stampOf(step) {
  return path.join(root, step.output, '.inputs')
}

function digestOf(step) {
  const hash = createHash('sha256')
  for (const file of step.inputs()) {
    const content = readFileSync(path.join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function sourcesIn(folder) {
  if (!existsSync(path.join(root, folder)) || outputs.includes(folder)) return []
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = `${folder}/${entry.name}`
      return entry.isDirectory()
        ? sourcesIn(file)
        : /\.([cm]?ts|html|css|svg)$/.test(entry.name)
          ? [file]
          : []
    })
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  build().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
