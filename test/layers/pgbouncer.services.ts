import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../fin-emulator/demo/freePort.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { type Daemon, daemon } from './support/daemon.js'
import { documented } from './support/documented.js'
import { type Node, startNode, stopNode } from './support/node.js'
import { tell } from './support/story.js'

const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-pgbouncer-'))

let database: TestDatabase
let pgbouncer: Daemon
let pooled: string

beforeAll(async () => {
  database = await createDatabase()
  const port = await freePort()
  pooled = Object.assign(new URL(database.appUrl), { hostname: '127.0.0.1', port: String(port) }).href
  const file = path.join(folder, 'pgbouncer.ini')
  writeFileSync(file, settings(port))
  // It refuses to be root.
  chmodSync(folder, 0o755)
  pgbouncer = daemon('/usr/sbin/pgbouncer', ['-u', 'nobody', file], port)
  await pgbouncer.start()
})
afterAll(async () => {
  await pgbouncer?.kill()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Those of the documentation, for the test's own database. */
function settings(port: number): string {
  const { hostname, port: server, pathname, username, password } = new URL(database.appUrl)
  const users = path.join(folder, 'userlist.txt')
  writeFileSync(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`)
  const name = pathname.slice(1)
  return documented('ini', {
    'graphdesk = host=db.example.com port=5432 dbname=graphdesk': `${name} = host=${hostname} port=${server} dbname=${name}`,
    'listen_port = 6432': `listen_port = ${port}`,
    '/etc/pgbouncer/userlist.txt': users,
  })
}

const noNames = /pooler that does not keep statement names/
const noListen = /LISTEN hears nothing/

const linesWith = (node: Node, pattern: RegExp) =>
  node.program
    .output()
    .split('\n')
    .filter((line) => pattern.test(line))

/** Kills it under those who write to one node and follow on the other. */
async function fall([one, other]: readonly [Node, Node]) {
  const story = await tell(one.url, [one.url, other.url], other.url)
  await story.writes(20)
  await story.followed()
  await pgbouncer.kill()
  await story.refused()
  await pgbouncer.start()
  await story.writes(20)
  await story.end()
}

async function twoNodes(env: Record<string, string>): Promise<[Node, Node]> {
  return [await startNode(database, env), await startNode(database, env)]
}

test('killed under nodes that listen past it: nothing is missing or doubled', async () => {
  const nodes = await twoNodes({ DATABASE_URL: pooled, DATABASE_DIRECT_URL: database.appUrl })
  await fall(nodes)
  for (const node of nodes) {
    await stopNode(node)
    expect(linesWith(node, noNames)).toHaveLength(1)
    expect(linesWith(node, noListen)).toEqual([])
  }
})

test('killed under nodes that have no other way: each says once that it hears nothing, and looks by itself', async () => {
  const nodes = await twoNodes({ DATABASE_URL: pooled, PREPARED_STATEMENTS: 'false' })
  for (const node of nodes) await node.program.prints(noListen)
  await fall(nodes)
  for (const node of nodes) {
    await stopNode(node)
    expect(linesWith(node, noListen)).toHaveLength(1)
    expect(linesWith(node, noNames)).toEqual([])
  }
})
