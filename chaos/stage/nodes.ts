import path from 'node:path'
import { openDatabase } from '../../src/database/database.js'
import { type Embedded, startEmbedded } from '../../src/database/embedded.js'
import { buildIndexes } from '../../src/database/indexes.js'
import { grantToApp, migrate } from '../../src/database/migrate.js'
import { endClaims } from '../../src/webhooks/sending/requeue.js'
import { serverNode } from './node.js'
import { postmasterOf } from './postmaster.js'
import { commonEnvironment, type Stage, type StageOptions, type Target } from './stage.js'

/** Two nodes on one PostgreSQL server, which each can be killed. Takes three ports. */
export async function startNodes(options: StageOptions, undo: (() => unknown)[]): Promise<Stage> {
  const { dataDir, ports } = options
  const [databasePort, ...nodePorts] = ports
  const openPostgres = () => startEmbedded({ dataDir, port: databasePort, durable: true, log: () => {} })
  let postgres: Embedded = await openPostgres()
  undo.push(() => postgres.stop())
  await migrate(postgres.ownerUrl)
  await buildIndexes(postgres.ownerUrl)
  await grantToApp(postgres.ownerUrl, new URL(postgres.appUrl).username)

  const environment = {
    ...commonEnvironment(options),
    DATABASE_URL: postgres.appUrl,
    MIGRATE: 'false',
    FILES_DIR: path.join(dataDir, 'files'),
  }
  const nodes = nodePorts.map((port, index) =>
    serverNode({
      name: `Node ${index + 1}`,
      environment: { ...environment, PORT: String(port) },
      ended: options.ended,
    }),
  )
  undo.push(() => Promise.all(nodes.map((node) => node.stop())))
  // One after the other: the first one makes the admin.
  for (const node of nodes) await node.start()

  const database: Target = {
    name: 'PostgreSQL',
    nodes: nodePorts.length,
    async kill() {
      process.kill(postmasterOf(dataDir), 'SIGKILL')
      await postgres.exited
      await postgres.stop()
    },
    async restart() {
      postgres = await openPostgres()
    },
  }

  return {
    urls: nodePorts.map((port) => `http://127.0.0.1:${port}`),
    targets: [
      ...nodes.map(({ kill, start }, index) => ({
        name: `node ${index + 1}`,
        nodes: 1,
        kill,
        restart: start,
      })),
      database,
    ],
    databaseUrl: () => postgres.ownerUrl,
    async endLeases() {
      // Who lives finishes what it is sending; what is still claimed then is a dead one's.
      await Promise.all(nodes.map((node) => node.stop()))
      const db = openDatabase({ url: postgres.appUrl, poolSize: 1, preparedStatements: false })
      await endClaims(db).finally(() => db.close())
      await Promise.all(nodes.map((node) => node.start()))
    },
  }
}
