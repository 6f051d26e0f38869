import path from 'node:path'
import { databaseName, ownerRole } from '../../src/database/initCluster.js'
import { readPasswords } from '../../src/database/passwords.js'
import { serverNode } from './node.js'
import { postmasterOf, postmasterPort } from './postmaster.js'
import { commonEnvironment, type Stage, type StageOptions, type Target } from './stage.js'

/** One server with its embedded database, as `npm start` makes it. Takes one port. */
export async function startEmbeddedServer(options: StageOptions, undo: (() => unknown)[]): Promise<Stage> {
  const { dataDir, ports } = options
  const environment = { ...commonEnvironment(options), DATA_DIR: dataDir, PORT: String(ports[0]) }
  const server = serverNode({ name: 'The server', environment, ended: options.ended })
  undo.push(server.stop)
  await server.start()

  const database: Target = {
    name: 'PostgreSQL',
    nodes: 1,
    // A server whose database has gone ends by itself.
    kill: () => server.kill(() => process.kill(postmasterOf(dataDir), 'SIGKILL')),
    restart: server.start,
  }

  return {
    urls: [`http://127.0.0.1:${ports[0]}`],
    targets: [{ name: 'the server', nodes: 1, kill: server.kill, restart: server.start }, database],
    databaseUrl() {
      const password = readPasswords(path.join(dataDir, 'postgres-passwords.json'))?.owner
      return `postgresql://${ownerRole}:${password}@127.0.0.1:${postmasterPort(dataDir)}/${databaseName}`
    },
    // A server that is alone does so when it starts.
    endLeases: async () => undefined,
  }
}
