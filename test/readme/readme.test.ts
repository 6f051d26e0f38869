import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.js'
import { tabs } from '../../src/http/graphiqlTabs.js'
import { projectRoot } from '../../src/root.js'
import { startProgram } from '../support/program.js'
import { type Block, codes, prose, readDocuments, table } from './documents.js'
import { finToken, ofNpm, type Place, runGraphql, runShell, startPlace } from './snippets.js'
import { runTypescript } from './typescript.js'

const documents = readDocuments()
const blocks = documents.flatMap((document) => document.blocks)
const [readme] = documents
if (!readme) throw new Error('There is no README.md.')
const { scripts, dependencies, devDependencies } = JSON.parse(source('package.json'))

let place: Place

beforeAll(async () => {
  place = await startPlace()
})
afterAll(() => place?.stop())

describe('snippets', () => {
  // The guide's are run by its own test, on what they are about.
  const elsewhere = named('graphql').filter(([where]) => !where.startsWith('docs/frontend.md'))
  test.each(elsewhere)('GraphQL runs: %s', (_, block) => runGraphql(place, block))

  test.each(named('sh'))('shell runs: %s', async (_, block) => {
    await runShell(place, block, Object.keys(scripts))
    const set = [...block.text.matchAll(/\b([A-Z][A-Z\d_]+)=/g)].map(([, name]) => name as string)
    const filledIn = ['TOKEN', 'CONVERSATION', 'CLIENT_ID', 'CLIENT_SECRET', 'FIN_TOKEN', 'FIN_CONVERSATION']
    for (const name of set) expect([...variables(), ...filledIn]).toContain(name)
  })

  test.each(named('ts'))('TypeScript runs: %s', (_, block) => runTypescript(place, block))

  test('TypeScript that names a test is part of it', () => {
    const excerpts = blocks.flatMap((block) => {
      const [, file] = /^ts (test\/\S+)$/.exec(block.info) ?? []
      return file ? [{ ...block, file }] : []
    })
    expect(excerpts).not.toEqual([])
    for (const { file, text, where } of excerpts) expect(source(file), where).toContain(text)
  })

  test.each(named('json'))('JSON is JSON: %s', (_, block) => {
    JSON.parse(block.text)
  })

  test('variables stand behind the operation that takes them', () => {
    const taken = blocks.filter(({ info }) => info === 'graphql').map(({ next }) => next)
    for (const block of blocks.filter(({ info }) => info === 'json variables'))
      expect(taken, block.where).toContain(block)
  })

  test('what is said of the demo is what it prints', { timeout: 300_000 }, async () => {
    const excerpt = blocks.find(({ text }) => text.startsWith('Conversation 1'))?.text ?? ''
    const demo = startProgram(['fin-emulator/demo.js'], {})
    expect(await demo.ended).toBe(0)
    const printed = stepsOf(demo.output())
    for (const step of stepsOf(excerpt)) {
      const [start = ''] = step.split('…')
      expect(
        printed.some((line) => (step === start ? line === step : line.startsWith(start.trim()))),
        step,
      ).toBe(true)
    }
  })

  test('every block is of a kind that is checked', () => {
    // Of nginx and ini: by the tests of what stands around Graphdesk, which use them.
    const checked = ['graphql', 'sh', 'ts', 'json', 'json variables', 'sql', 'text', 'nginx', 'ini']
    for (const { info, where } of blocks) expect(checked, where).toContain(info.replace(/^ts test\/.*/, 'ts'))
  })

  test('the first document is the one that GraphiQL opens with', () => {
    expect(blocks.find(({ info }) => info === 'graphql')?.text).toBe(tabs[0].query)
  })

  test('the first reply, run twice, is stored once', async () => {
    const block = blocks.find(({ text }) => text.includes('first-reply')) as Block
    const text = block.text.replace('first-reply', 'the-same-reply')
    const answers = await runShell(place, { ...block, text: `${text}\n${text}` }, [])
    expect(answers).toHaveLength(2)
    expect(answers[1]).toEqual(answers[0])
  })

  test('the README has the commands to start and to test, each on a line of its own', () => {
    const lines = (readme?.blocks ?? []).flatMap(({ text }) => text.split('\n'))
    expect(lines).toContain('npm ci && npm start')
    expect(lines).toContain('npm ci && npm test')
  })
})

describe('statements', () => {
  test('commands in the text are scripts of package.json', () => {
    const named = documents
      .flatMap((document) => codes(prose(document)))
      .flatMap((code) => [...code.matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, script]) => script))
    expect(named).toContain('demo')
    for (const script of named) expect([...Object.keys(scripts), ...ofNpm]).toContain(script)
  })

  test('addresses in the text are answered', async () => {
    const addresses = documents
      .flatMap((document) => codes(prose(document)))
      .flatMap((code) => /^(?:GET )?(\/(?:healthz|readyz|metrics|api\/fin\/.*\.json))$/.exec(code)?.[1] ?? [])
    expect(addresses).toContain('/api/fin/openapi.json')
    for (const address of new Set(addresses)) {
      const { status } = await fetch(place.server.url + address)
      expect(status, address).toBe(200)
    }
  })

  test('metrics in the text are given', async () => {
    const named = documents
      .flatMap((document) => [
        ...prose(document).matchAll(/\b(?:event_log|fin_api|nodejs_eventloop|webhook)_[a-z0-9_]+/g),
      ])
      .map(([name]) => name.replace(/_bucket$/, ''))
      .filter((name) => name.split('_').length > 3)
    expect(named).toContain('event_log_lag_seconds')
    const given = await (await fetch(`${place.server.url}/metrics`)).text()
    for (const name of new Set(named)) expect(given).toContain(`# TYPE ${name} `)
  })

  test('signatures of Fin are checked, or the page says that they are not', async () => {
    const { clientId, clientSecret } = await place.server.createFin({ signingSecret: 'a signing secret' })
    const token = await finToken(place.server.url, clientId, clientSecret)
    const unsigned = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
    const { status } = await fetch(`${place.server.url}/api/fin/get_agents`, unsigned)
    const page = documents.find(({ file }) => file === 'docs/fin.md')
    expect(status).toBe(page?.text.includes('Signatures are not checked yet') ? 200 : 401)
  })

  test.each(documents.map((document) => [document.file, document] as const))(
    'links of %s lead somewhere',
    (file, document) => {
      for (const [, target = ''] of prose(document).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue
        const [to = '', heading] = target.split('#')
        const found = path.join(projectRoot, path.dirname(file), to || path.basename(file))
        expect(existsSync(found), target).toBe(true)
        if (heading) expect(headings(found), target).toContain(heading)
      }
    },
  )

  test('files and folders in the text exist', () => {
    const roots = ['schema', 'src', 'rest-adapter', 'prisma', 'fin-emulator', 'client', 'test', 'docs', '.ci']
    const named = documents
      .flatMap((document) => codes(prose(document)))
      .filter((code) => roots.some((root) => code.startsWith(`${root}/`)) && !/[<*\s]/.test(code))
    expect(named).toContain('.ci/run')
    for (const name of named) expect(existsSync(path.join(projectRoot, name)), name).toBe(true)
  })

  test('the layout names every folder of the project, and no other', () => {
    const outside = ['.git', '.data', 'node_modules', 'dist', 'coverage']
    const present = readdirSync(projectRoot)
      .filter((name) => !outside.includes(name) && statSync(path.join(projectRoot, name)).isDirectory())
      .filter((name) => readdirSync(path.join(projectRoot, name)).length > 0)
      .map((name) => `${name}/`)
    const listed = table(readme, 'folder').map(([folder = '']) => codes(folder)[0])
    expect(listed.sort()).toEqual(present.sort())
  })
})

describe('configuration', () => {
  const rows = table(readme, 'variable').map(([name = '', fallback = '']) => ({
    name: codes(name)[0] ?? '',
    fallback,
  }))

  test('the table has every variable of src/config.ts, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...variables()].sort())
  })

  test.each(rows)('the default of $name is as it says', ({ name, fallback }) => {
    const own = { DATABASE_URL: 'postgres://db.example.com/graphdesk', SECRET_KEY: 'sixteen letters!' }
    if (fallback.startsWith('unset')) {
      const key = name.toLowerCase().replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase())
      const value = readConfig({})[key as keyof ReturnType<typeof readConfig>]
      expect([undefined, []]).toContainEqual(value)
      return
    }
    const [embedded, server = embedded] = codes(fallback)
    expect(readConfig({ [name]: embedded })).toEqual(readConfig({}))
    expect(readConfig({ ...own, [name]: server })).toEqual(readConfig(own))
  })
})

describe('numbers', () => {
  test('the limits are those of the code', () => {
    const [, text = ''] = /const limits = \{(.*?)\}/s.exec(source('schema/limits.ts')) ?? []
    const limits = Object.fromEntries(
      [...text.matchAll(/(\w+): ([\d_]+)/g)].map(([, name, value]) => [
        name,
        Number(value?.replaceAll('_', '')),
      ]),
    )
    const told = table(readme, 'what').map(([what = '', limit = '']) => [
      what,
      Number(limit.replaceAll(',', '')),
    ])
    expect(Object.keys(limits)).toContain('cost')
    for (const [name, value] of Object.entries(limits)) {
      expect(told.find(([what]) => new RegExp(`^${name}\\b`).test(String(what)))?.[1], name).toBe(value)
    }
  })

  test('the pins are those of package.json', () => {
    const pins = documents.find(({ file }) => file.endsWith('pins.md'))
    if (!pins) throw new Error('There is no page of pins.')
    const installed = { ...dependencies, ...devDependencies }
    for (const [names = '', versions = ''] of table(pins, 'package')) {
      const given = versions.split(', ')
      codes(names).forEach((name, index) => {
        const version = given.length > 1 ? given[index] : given[0]
        if (version?.startsWith('the build'))
          expect(installed[name], name).toContain(version.split(' ').at(-1))
        else expect(installed[name]?.replace(/^npm:.*@/, ''), name).toBe(version)
      })
    }
  })

  test('every dependency has its line', () => {
    const page = documents.find(({ file }) => file.endsWith('libraries.md'))
    const explained = (page?.text.match(/^\| `.*?\|/gm) ?? []).flatMap(codes)
    expect(explained.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort())
  })
})

function named(info: string): [string, Block][] {
  return blocks.filter((block) => block.info === info).map((block) => [block.where, block])
}

function source(file: string): string {
  return readFileSync(path.join(projectRoot, file), 'utf8')
}

/** The lines of the demo without what differs from run to run: times, ports, counts. */
function stepsOf(output: string): string[] {
  return stripVTControlCharacters(output)
    .split('\n')
    .map((line) =>
      line
        .replace(/^ *\d+ ms/, '')
        .trim()
        .replaceAll(/\d+/g, '0'),
    )
}

/** Of src/config.ts, which names each on a line of its own. */
function variables(): string[] {
  return [...source('src/config.ts').matchAll(/^ {2}([A-Z][A-Z\d_]+): /gm)].map(([, name]) => name as string)
}

/** The headings of a page as GitHub links to them. */
function headings(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
