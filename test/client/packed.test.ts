import { execFileSync, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isAbstractType, isInputObjectType, isObjectType, isScalarType } from 'graphql'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { schema } from '../../schema/schema.js'
import { projectRoot } from '../../src/root.js'
import { readDocuments } from '../readme/documents.js'
import { startTestServer } from '../support/server.js'

const source = path.join(projectRoot, 'client')
const manifest = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'))
const project = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'))

const readme = readDocuments().find(({ file }) => file === 'client/README.md')?.blocks ?? []

/** npm and the compiler are slow to start on a busy machine. */
const slow = { timeout: 120_000 }

/** An empty folder of somebody else's, with the packed package and the library it names. */
let folder: string
let packed: string[]

beforeAll(() => {
  run(process.execPath, ['build.mjs'], projectRoot)
  folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-client-'))
  const [tarball] = JSON.parse(
    run('npm', ['pack', './client', '--json', '--pack-destination', folder], projectRoot),
  )
  packed = tarball.files.map((file: { path: string }) => file.path)
  const home = path.join(folder, 'node_modules', manifest.name)
  mkdirSync(home, { recursive: true })
  run('tar', ['xzf', path.join(folder, tarball.filename), '-C', home, '--strip-components', '1'], folder)
  for (const name of [...Object.keys(manifest.dependencies), 'graphql', 'ws', '@types/ws', '@types/node']) {
    const link = path.join(folder, 'node_modules', name)
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.join(projectRoot, 'node_modules', name), link)
  }
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
}, slow.timeout)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('what is published is what was built, its types and the README, and nothing else', () => {
  const built = readdirSync(source)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
    .flatMap((file) => [`dist/${file}.d.ts`, `dist/${file}.js`])
  const generated = ['dist/schema.d.ts', 'dist/schema.graphql', 'dist/schema.js']
  expect(packed.sort()).toEqual(['README.md', 'package.json', ...built, ...generated].sort())
})

test('the README says how it is made and installed', () => {
  const commands = readme.filter(({ info }) => info === 'sh').flatMap(({ text }) => text.trim().split('\n'))
  expect(commands).toEqual([
    'npm ci && npm run build',
    'npm pack ./client --pack-destination ../my-app',
    `npm install ./${manifest.name}-${manifest.version}.tgz`,
  ])
  expect(readdirSync(folder)).toContain(`${manifest.name}-${manifest.version}.tgz`)
})

test('it depends on graphql-ws alone, in the version that is tested here', () => {
  expect(manifest.dependencies).toEqual({ 'graphql-ws': `^${project.dependencies['graphql-ws']}` })
  expect(manifest).toMatchObject({ license: project.license, version: project.version, type: 'module' })
})

const program = `
import { followEvents } from 'graphdesk-client'
import { WebSocket } from 'ws'

const [url, token, inboxId] = process.argv.slice(2)
const feed = followEvents({
  url,
  token: () => token,
  webSocket: WebSocket,
  variables: { filter: { inboxId } },
  onResync: () => {},
  onState: (state) => console.log(state.name),
})
for await (const event of feed) {
  console.log(event.type)
  break
}
console.log(feed.state.name)
`

test('a program that has only the package follows events with it', async () => {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  const inboxId = await server.inbox()
  writeFileSync(path.join(folder, 'program.js'), program)
  const child = spawn(process.execPath, ['program.js', `${server.url}/graphql`, server.token, inboxId], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let printed = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    printed += part
    if (part.includes('live')) await server.conversation(inboxId)
  }
  expect(printed.split('\n')).toEqual(['connecting', 'live', 'CONVERSATION_OPENED', 'closed', 'closed', ''])
})

const inPage = { lib: ['ES2022', 'DOM'], types: [] }
const inNode = { lib: ['ES2022'], types: ['node'] }

/** As the README's reader has them. */
const around = `
declare const token: string
declare function showList(conversations: { title: string | null }[]): void
declare function showStatus(state: string): void
declare function showEvent(event: { message?: { text: string } }): void
`
const snippets = readme
  .filter(({ info }) => info === 'ts')
  .map(({ text }) => text)
  .join('')

test('its types fit what the README shows of a page', slow, () => {
  expect(typeErrors(`${around}${snippets}`, inPage)).toBe('')
})

test('its types fit a program of Node', slow, () => {
  expect(typeErrors(program.replace('process.argv.slice(2)', "['', '', '']"), inNode)).toBe('')
})

test('without one of `snapshot` and `onResync` it does not compile', slow, () => {
  const neither =
    "import { followEvents } from 'graphdesk-client'\nfollowEvents({ url: '', token: () => null })\n"
  expect(typeErrors(neither, inPage)).toMatch(/TS2345.*onResync/s)
})

const typed = `
import type { Conversation, ConversationFilter, ReplyToConversationResult, Scalars, TimelineEntry } from 'graphdesk-client/schema'

export const filter: ConversationFilter = { status: ['OPEN'], not: { unread: true } }
export const row: Pick<Conversation, 'id' | 'title' | 'status'> = { id: 'conv_1', title: null, status: 'OPEN' }
export const at: Scalars['DateTime']['output'] = '2026-11-22T09:30:00.000Z'

export function line(entry: TimelineEntry): string {
  return entry.__typename === 'Message' ? entry.text : (entry.__typename ?? 'something new')
}
export function version(result: ReplyToConversationResult): number | null {
  if (result.__typename === 'ReplyToConversationPayload') return result.conversation.version
  return result.__typename === 'ConflictError' ? (result.conversation?.version ?? null) : null
}
`

test('it has a type for each type of the schema, which tells the members of unions apart', slow, () => {
  expect(typeErrors(typed, inPage)).toBe('')
  const misspelt = typed.replace("'id' | 'title'", "'id' | 'titel'")
  expect(typeErrors(misspelt, inPage)).toMatch(/TS2344.*titel/s)
  expect(typeErrors(typed.replace("status: ['OPEN']", "status: ['OPENED']"), inPage)).toMatch(/"OPENED"/)
})

test('the types and the schema that it brings are those of this release', () => {
  const at = path.join(folder, 'node_modules', manifest.name, 'dist')
  const types = readFileSync(path.join(at, 'schema.d.ts'), 'utf8')
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isScalarType(type)) continue
    expect(types, type.name).toMatch(new RegExp(`^export type ${type.name} =`, 'm'))
    const members = isObjectType(type) || isInputObjectType(type) ? type.getFields() : {}
    const [, text = ''] = new RegExp(`^export type ${type.name} = ([\\s\\S]*?);\n$`, 'm').exec(types) ?? []
    for (const name of Object.keys(members)) expect(text, `${type.name}.${name}`).toMatch(`  ${name}`)
  }
  expect(types).not.toMatch(/: any;/)
  expect(readFileSync(path.join(at, 'schema.graphql'), 'utf8')).toBe(
    readFileSync(path.join(projectRoot, 'schema/schema.graphql'), 'utf8'),
  )
})

test('it says which types each interface and union of this release stands for', slow, () => {
  const shown = `import { possibleTypes } from 'graphdesk-client/schema'\nconsole.log(JSON.stringify(possibleTypes))\n`
  expect(typeErrors(shown, inPage)).toBe('')
  writeFileSync(path.join(folder, 'possible.js'), shown)
  const printed = JSON.parse(run(process.execPath, ['possible.js'], folder))
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType)
  expect(Object.keys(printed).sort()).toEqual(abstract.map(({ name }) => name).sort())
  for (const type of abstract) {
    const names = schema.getPossibleTypes(type).map(({ name }) => name)
    expect(printed[type.name].sort(), type.name).toEqual(names.sort())
  }
})

function typeErrors(text: string, place: { lib: string[]; types: string[] }): string {
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'ES2022', ...place }
  writeFileSync(path.join(folder, 'typed.ts'), text)
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
  try {
    return run(path.join(projectRoot, 'node_modules/.bin/tsc'), ['-p', folder], folder)
  } catch (error) {
    return (error as Error).message
  }
}

function run(program: string, args: string[], cwd: string): string {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} failed:\n${stdout}${stderr}`)
  }
}
