import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { projectRoot } from '../../src/root.js'
import { createDatabase } from '../support/database.js'
import { temporaryDataDir } from '../support/dataDir.js'
import { type Program, startProgram } from '../support/program.js'

const ready = /^Graphdesk ready at (http:\/\/localhost:\d+)$/m

function start(env: Record<string, string>): Program {
  const program = startProgram([], { PORT: '0', ...env }, os.tmpdir())
  onTestFinished(async () => {
    program.process.kill('SIGINT')
    await program.ended
  })
  return program
}

async function query(url: string, token: string | undefined, text: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: text }),
  })
  return { status: response.status, ...((await response.json()) as { data: never }) } as {
    status: number
    // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
    data: any
  }
}

const postmasterPid = (dataDir: string) =>
  Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('on a folder of its own', { timeout: 180_000 }, () => {
  test('the first start shows what to do next, with a sample helpdesk; SIGTERM leaves nothing running', async () => {
    const dataDir = temporaryDataDir()
    const program = start({ DATA_DIR: dataDir })
    const [, url = ''] = await program.prints(ready)
    const [, page = '', link] = await program.prints(/Open the page, signed in: .*?(http\S+#token=([\w-]+))/)
    await program.prints(new RegExp(`Open GraphiQL, signed in: .*?graphql#token=${link}`))
    expect(program.output()).toMatch(/Open the page.*\n.*Open GraphiQL/)
    // Neither is part of any request: a fragment stays in the browser.
    expect(new URL(page).href.replace(new URL(page).hash, '')).toBe(`${url}/`)
    const [, password] = await program.prints(/admin@example\.com {2}password \S*?([\w-]{20})/)
    await program.prints(/createApiToken/)
    const { data } = await query(
      url,
      link,
      '{ inboxes { name } conversations { nodes { id } } finIntegrations { state webhookBaseUrl } }',
    )
    expect(data.inboxes).toHaveLength(2)
    expect(data.conversations.nodes.length).toBeGreaterThan(3)
    expect(data.finIntegrations).toEqual([{ state: 'PAUSED', webhookBaseUrl: 'http://localhost:4100' }])
    const signedIn = await query(
      url,
      link,
      `mutation { signIn(input: { email: "admin@example.com", password: "${password}" }) { __typename } }`,
    )
    expect(signedIn.data.signIn.__typename).toBe('SignInPayload')
    for (const secret of ['postgres-passwords.json', 'secret-key']) {
      expect(statSync(path.join(dataDir, secret)).mode & 0o077).toBe(0)
    }
    const postmaster = postmasterPid(dataDir)
    program.process.kill('SIGTERM')
    expect(await program.ended).toBe(0)
    expect(lives(postmaster)).toBe(false)

    const again = start({ DATA_DIR: dataDir })
    const [, url2 = ''] = await again.prints(ready)
    const [, token] = await again.prints(/graphql#token=([\w-]+)/)
    expect(again.output()).not.toMatch(/password|shown once/)
    expect((await query(url2, token, '{ inboxes { name } }')).data.inboxes).toHaveLength(2)
  })

  test.each([
    ['SAMPLE_DATA=false', { SAMPLE_DATA: 'false' }],
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ])('%s leaves the sample out; given admin access is not shown', async (_, env) => {
    const token = 'a-fixed-admin-token-of-32-characters'
    const program = start({
      DATA_DIR: temporaryDataDir(),
      ADMIN_PASSWORD: 'correct horse',
      ADMIN_TOKEN: token,
      ...env,
    } as Record<string, string>)
    const [, url = ''] = await program.prints(ready)
    expect((await query(url, token, '{ inboxes { name } }')).data.inboxes).toEqual([])
    expect(program.output()).not.toMatch(/shown once|correct horse|a-fixed-admin/)
  })

  test('after kill -9 of the process, and of its PostgreSQL, the next start works without help', async () => {
    const dataDir = temporaryDataDir()
    const env = { DATA_DIR: dataDir, SAMPLE_DATA: 'false' }
    const first = start(env)
    await first.prints(ready)
    first.process.kill('SIGKILL')
    await first.ended

    const second = start(env)
    await second.prints(ready)
    process.kill(postmasterPid(dataDir), 'SIGKILL')
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/PostgreSQL has ended unexpectedly\. Start Graphdesk again/)

    await start(env).prints(ready)
  })

  test('a second start on the same folder, or on a port in use, says what is wrong', async () => {
    const dataDir = temporaryDataDir()
    const first = start({ DATA_DIR: dataDir, SAMPLE_DATA: 'false' })
    const [, url = ''] = await first.prints(ready)
    const sameFolder = start({ DATA_DIR: dataDir })
    expect(await sameFolder.ended).toBe(1)
    expect(sameFolder.output()).toMatch(
      new RegExp(`in use by another Graphdesk process \\(pid ${first.process.pid}\\)`),
    )
    const samePort = start({ DATA_DIR: temporaryDataDir(), PORT: new URL(url).port })
    expect(await samePort.ended).toBe(1)
    expect(samePort.output()).toMatch(/port \d+ is taken by another program/)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
})

test('`npm start` stops when npm is told to', { timeout: 120_000 }, async () => {
  const dataDir = temporaryDataDir()
  const npm = spawn('npm', ['start'], {
    cwd: projectRoot,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', SAMPLE_DATA: 'false' },
  })
  let output = ''
  for await (const part of npm.stdout.setEncoding('utf8')) {
    output += part
    if (ready.test(output)) break
  }
  const postmaster = postmasterPid(dataDir)
  npm.kill('SIGTERM')
  await vi.waitFor(() => expect(lives(postmaster)).toBe(false), { timeout: 30_000 })
})

test('with DATABASE_URL it uses that server, and starts none', { timeout: 120_000 }, async () => {
  const database = await createDatabase({ empty: true })
  onTestFinished(() => database.drop())
  const dataDir = temporaryDataDir()
  const program = start({
    DATABASE_URL: database.appUrl,
    DATABASE_DIRECT_URL: database.ownerUrl,
    SECRET_KEY: 'a secret key for tests',
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
  })
  const [, url = ''] = await program.prints(ready)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(existsSync(dataDir)).toBe(false)
  const owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  onTestFinished(() => owner.end())
  const built = `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('end_user_identity_email_folded_words')`
  await expect
    .poll(async () => (await owner.query(built)).rows, { timeout: 30_000 })
    .toEqual([{ indisvalid: true }])
  program.process.kill('SIGINT')
  expect(await program.ended).toBe(0)
})

test('all faults of the environment are reported together', { timeout: 120_000 }, async () => {
  const program = start({ PORT: 'many', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x', ADMIN_TOKEN: 'short' })
  expect(await program.ended).toBe(1)
  for (const name of ['PORT', 'LOG_LEVEL', 'DATABASE_URL', 'ADMIN_TOKEN'])
    expect(program.output()).toMatch(new RegExp(`^ {2}${name}: `, 'm'))
})

test('settings that need others are reported together', { timeout: 120_000 }, async () => {
  const program = start({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    FILES_S3_ACCESS_KEY_ID: 'a key without its secret and bucket',
  })
  expect(await program.ended).toBe(1)
  for (const name of ['SECRET_KEY', 'FILES_S3_BUCKET', 'FILES_S3_SECRET_ACCESS_KEY'])
    expect(program.output()).toMatch(new RegExp(`^ {2}${name}: `, 'm'))
})

test('a database that does not answer is named', { timeout: 120_000 }, async () => {
  const program = start({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    SECRET_KEY: 'a secret key for tests',
  })
  expect(await program.ended).toBe(1)
  expect(program.output()).toMatch(/the database does not answer\. Check DATABASE_URL/)
})

test('a port in use is named, whoever has it', { timeout: 120_000 }, async () => {
  const other = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const program = start({ DATA_DIR: temporaryDataDir(), PORT: String(port) })
  expect(await program.ended).toBe(1)
  expect(program.output()).toContain(`port ${port} is taken`)
})
