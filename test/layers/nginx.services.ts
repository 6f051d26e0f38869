import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../fin-emulator/demo/freePort.js'
import { createDatabase, type TestDatabase } from '../support/database.js'
import { type Daemon, daemon } from './support/daemon.js'
import { documented } from './support/documented.js'
import { type Node, startNode, stopNode } from './support/node.js'
import { tell } from './support/story.js'

const folder = mkdtempSync(path.join(tmpdir(), 'graphdesk-nginx-'))
const log = path.join(folder, 'access.log')

let database: TestDatabase
let nodes: Node[]
let nginx: Daemon
let url: string

beforeAll(async () => {
  database = await createDatabase()
  const env = { TRUST_PROXY: '1' }
  nodes = [await startNode(database, env), await startNode(database, env)]
  const port = await freePort()
  const [first, second] = nodes as [Node, Node]
  const file = path.join(folder, 'nginx.conf')
  writeFileSync(file, settings(port, first, second))
  nginx = daemon('/usr/sbin/nginx', ['-e', 'stderr', '-c', file], port)
  await nginx.start()
  url = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await nginx?.kill()
  for (const node of nodes ?? []) await stopNode(node)
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Those of the documentation, for a folder and ports of the test's own. */
function settings(port: number, first: Node, second: Node): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  return `
    daemon off;
    user root;
    pid ${folder}/nginx.pid;
    error_log stderr;
    events {}
    http {
      ${temporary.join('\n')}
      log_format upstream '$upstream_addr $status $request_method $http_upgrade';
      access_log ${log} upstream;
      ${documented('nginx', {
        'listen 80;': `listen 127.0.0.1:${port};`,
        '10.0.0.11:4000': `127.0.0.1:${first.port}`,
        '10.0.0.12:4000': `127.0.0.1:${second.port}`,
      })}
    }`
}

test('killed while people write and follow through it: all resume, nothing is missing or doubled', async () => {
  const story = await tell(
    url,
    nodes.map((node) => node.url),
  )
  await story.writes(20)
  await story.followed()
  const lost = story.allLost()
  await nginx.kill()
  await story.refused()
  await lost
  await nginx.start()
  await story.writes(20)
  await story.end()

  const lines = readFileSync(log, 'utf8').split('\n')
  for (const { port } of nodes) expect(lines).toContainEqual(`127.0.0.1:${port} 200 POST -`)
  expect(lines.some((line) => line.endsWith(' 101 GET websocket'))).toBe(true)
})

test('a node killed behind it: those who were on it resume on the other', async () => {
  const story = await tell(
    url,
    nodes.map((node) => node.url),
  )
  await story.writes(20)
  await story.followed()
  const [first] = nodes as [Node, Node]
  first.program.process.kill('SIGKILL')
  await first.program.ended
  nodes = nodes.slice(1)
  await story.writes(20)
  await story.end()
})
