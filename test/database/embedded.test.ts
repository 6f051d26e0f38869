import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Embedded, startEmbedded } from '../../src/database/embedded.js'
import { temporaryDataDir } from '../support/dataDir.js'

const isRoot = process.geteuid?.() === 0
/** They make databases, or start several at once. */
const patient = { timeout: 120_000 }

test('the first start makes a database in UTF-8 that the next start finds again', patient, async () => {
  const dataDir = temporaryDataDir()
  const first = await start(dataDir)
  await query(first.ownerUrl, `CREATE TABLE note AS SELECT 'grüße' AS text`)
  await first.stop()

  const second = await start(dataDir)
  expect(await query(second.ownerUrl, 'SELECT text FROM note')).toEqual([{ text: 'grüße' }])
  expect(await query(second.ownerUrl, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }])
  expect(second.ownerUrl).toMatch(/@127\.0\.0\.1:\d+\/graphdesk$/)
})

test("the passwords are readable by their owner only, and the application's role is nobody special", async () => {
  const dataDir = temporaryDataDir()
  const { appUrl } = await start(dataDir)
  expect(statSync(path.join(dataDir, 'postgres-passwords.json')).mode & 0o777).toBe(0o600)
  const [role] = await query(
    appUrl,
    'SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user',
  )
  expect(role).toEqual({
    rolname: 'graphdesk_app',
    rolsuper: false,
    rolcreatedb: false,
    rolcreaterole: false,
  })
  await expect(query(appUrl, 'CREATE TABLE mine ()')).rejects.toThrow('permission denied')
  await expect(query(appUrl, 'CREATE SCHEMA mine')).rejects.toThrow('permission denied')
  const wrong = Object.assign(new URL(appUrl), { password: 'wrong' }).href
  await expect(query(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed')
})

test('lost passwords are made anew, the data stays', patient, async () => {
  const dataDir = temporaryDataDir()
  const first = await start(dataDir)
  await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS one')
  await first.stop()
  rmSync(path.join(dataDir, 'postgres-passwords.json'))
  const second = await start(dataDir)
  expect(await query(second.ownerUrl, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  await query(second.appUrl, 'SELECT 1')
})

describe('a folder in use', patient, () => {
  test('is refused, with the holder and the ways out', async () => {
    const dataDir = temporaryDataDir()
    const { child, ownerUrl } = await startOwner(dataDir)
    const refused = startEmbedded({ dataDir, durable: false, log: () => {} })
    await expect(refused).rejects.toThrow(
      new RegExp(
        `${dataDir} is in use by another Graphdesk process \\(pid ${child.pid}\\).*DATA_DIR.*DATABASE_URL`,
      ),
    )
    await query(ownerUrl, 'SELECT 1')
  })

  test('is refused to a second start in the same process', async () => {
    const dataDir = temporaryDataDir()
    await start(dataDir)
    await expect(start(dataDir)).rejects.toThrow(`this process (pid ${process.pid})`)
  })

  test('goes to exactly one of many starts at the same moment', async () => {
    const dataDir = temporaryDataDir()
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => startOwner(dataDir)))
    const started = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    expect(started).toHaveLength(1)
    await query(started[0]?.value.ownerUrl ?? '', 'SELECT 1')
  })

  test('goes to exactly one of many starts that find the same dead holder', async () => {
    const dataDir = temporaryDataDir()
    await kill((await startOwner(dataDir)).child)
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => startOwner(dataDir)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })
})

describe('after a kill', patient, () => {
  test('of the server: it is noticed, and the next start has all that was committed', async () => {
    const dataDir = temporaryDataDir()
    const first = await start(dataDir, [], true)
    await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS one')
    const busy = keepBusy(first.ownerUrl)
    await busy.running
    process.kill(serverPid(dataDir), 'SIGKILL')
    await first.exited
    await first.stop()
    const second = await start(dataDir, [], true)
    expect(await query(second.ownerUrl, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    await busy.ended
  })

  test('of the process that owned the server: the next start ends that server and goes on', async () => {
    const dataDir = temporaryDataDir()
    const { child, ownerUrl } = await startOwner(dataDir)
    await query(ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS one')
    const orphan = serverPid(dataDir)
    await kill(child)
    await query(ownerUrl, 'SELECT 1')
    const lines: string[] = []
    const second = await start(dataDir, lines)
    expect(await query(second.ownerUrl, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    expect(lines).toContain(`Stopped the database server (pid ${orphan}) that an earlier run left behind.`)
    await expect(query(ownerUrl, 'SELECT 1')).rejects.toThrow('ECONNREFUSED')
  })

  test.runIf(process.platform === 'linux')(
    'of both: a pid that another process has now means nothing',
    async () => {
      const dataDir = temporaryDataDir()
      const { child } = await startOwner(dataDir)
      const pidFile = path.join(dataDir, 'postgres/postmaster.pid')
      const stale = readFileSync(pidFile, 'utf8')
      await kill(child)
      process.kill(serverPid(dataDir), 'SIGQUIT')
      const again = await start(dataDir)
      await again.stop()
      writeFileSync(pidFile, stale.replace(/^\d+/, String(process.pid)))
      mkdirSync(path.join(dataDir, 'postgres.lock'))
      writeFileSync(path.join(dataDir, 'postgres.lock', `${process.pid}-another-1`), '')
      await start(dataDir)
    },
  )

  test('in the middle of the first start: the next one begins anew', async () => {
    const dataDir = temporaryDataDir()
    const child = forkOwner(dataDir, 'dies in its first start')
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    expect(readdirSync(dataDir)).toContainEqual(expect.stringMatching(/^postgres\.init-/))
    expect(existsSync(path.join(dataDir, 'postgres'))).toBe(false)
    const server = await start(dataDir)
    await query(server.appUrl, 'SELECT 1')
  })
})

test.runIf(isRoot)('root may keep the folder where only root may enter', patient, async () => {
  const dataDir = temporaryDataDir({ mode: 0o700 })
  const lines: string[] = []
  const first = await start(dataDir, lines)
  expect(lines.filter((line) => line.includes('/var/lib/graphdesk/'))).not.toEqual([])
  expect(lstatSync(path.join(dataDir, 'postgres')).isSymbolicLink()).toBe(true)
  await query(first.ownerUrl, 'CREATE TABLE kept AS SELECT 1 AS one')
  await first.stop()
  const second = await start(dataDir)
  expect(await query(second.ownerUrl, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
})

async function start(dataDir: string, lines: string[] = [], durable = false): Promise<Embedded> {
  const server = await startEmbedded({
    dataDir,
    durable,
    log: (line) => lines.push(line),
    package: inject('cluster').package,
  })
  onTestFinished(() => server.stop())
  return server
}

function forkOwner(dataDir: string, ...fate: string[]) {
  const child = fork(
    path.join(import.meta.dirname, 'ownerProcess.mjs'),
    [dataDir, inject('cluster').package, ...fate],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    },
  )
  onTestFinished(() => kill(child))
  return child
}

async function startOwner(dataDir: string) {
  const child = forkOwner(dataDir)
  const [ready] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The owner did not start.'))),
  ])
  onTestFinished(async () => {
    if (!child.connected) return
    child.send('stop')
    await once(child, 'exit')
  })
  return { child, ownerUrl: (ready as { ownerUrl: string }).ownerUrl }
}

async function kill(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function serverPid(dataDir: string) {
  return Number.parseInt(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10)
}

async function query(url: string, text: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** A statement that does not notice when the server around it dies. */
function keepBusy(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  const running = once(client, 'notice')
  const ended = client
    .connect()
    .then(() =>
      client.query(`DO $$ BEGIN RAISE NOTICE 'running'; FOR i IN 1..300000000 LOOP END LOOP; END $$`),
    )
    .catch(() => {})
  return { running, ended }
}
