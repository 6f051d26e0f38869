import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Logger, pino } from 'pino'
import { seed } from '../prisma/seed.js'
import { tokenScopes } from './actor.js'
import { type FirstAdmin, linkToken, makeFirstAdmin } from './agent/firstAdmin.js'
import { type Config, readConfig } from './config.js'
import { type Embedded, startEmbedded } from './database/embedded.js'
import { keepIndexes } from './database/indexes.js'
import { grantToApp, migrate } from './database/migrate.js'
import { type RunningServer, startServer } from './server.js'
import { welcome } from './welcome.js'

const undo: (() => Promise<unknown>)[] = []
let stopping: Promise<void> | undefined

process.on('SIGTERM', () => stop(0))
process.on('SIGINT', () => stop(0))

try {
  await run(readConfig())
} catch (error) {
  if (!stopping) {
    console.error(`\nGraphdesk could not start: ${explain(error)}\n`)
    await stop(1)
  }
}

async function run(config: Config) {
  const log = pino({ level: config.logLevel }, pino.destination(2))
  const report = (error: Error, requestId?: string) => log.error({ err: error, requestId }, error.message)
  const embedded = config.databaseUrl ? null : await embeddedDatabase(config, (line) => log.debug(line))
  const url = config.databaseUrl ?? embedded?.appUrl ?? ''
  const ownerUrl = config.databaseDirectUrl ?? embedded?.ownerUrl ?? url

  if (config.migrate) {
    const applied = await migrate(ownerUrl)
    if (applied.length > 0) log.info(`Applied ${applied.length} migration(s)`)
    await grantToApp(ownerUrl, new URL(url).username)
    const indexes = keepIndexes(ownerUrl, { report })
    undo.push(() => indexes.stop())
  }
  const server = await startServer({
    ...config,
    alone: embedded !== null,
    // Long enough for a load balancer to look; with an embedded database there is no other node to go to.
    drainFor: embedded ? 0 : 2_000,
    database: {
      url,
      directUrl: config.databaseDirectUrl ?? url,
      poolSize: config.databasePool,
      preparedStatements: config.preparedStatements,
    },
    replicaUrl: config.databaseReplicaUrl,
    secretKey: config.secretKey ?? keptSecretKey(config.dataDir),
    report,
  })
  undo.push(() => server.stop())
  if (stopping) return
  await warnOfLinks(server, log)
  const first = await firstSteps(server, config)
  const token = first?.madeToken ?? (embedded ? await linkToken(server.app.db, config.adminEmail) : null)
  console.log(welcome(config.publicUrl ?? server.url, first, token))
}

async function embeddedDatabase(config: Config, log: (line: string) => void): Promise<Embedded> {
  mkdirSync(config.dataDir, { recursive: true })
  const embedded = await startEmbedded({ dataDir: config.dataDir, durable: true, log })
  undo.push(() => embedded.stop())
  embedded.exited.then(() => {
    if (stopping) return
    console.error(
      '\nThe embedded PostgreSQL has ended unexpectedly. Start Graphdesk again: nothing that was acknowledged is lost.\n',
    )
    stop(1)
  })
  return embedded
}

/** Fin reads https alone. */
async function warnOfLinks({ app }: RunningServer, log: Logger) {
  if (app.publicUrl().startsWith('https:')) return
  if ((await app.db.prisma.finIntegration.count()) === 0) return
  log.warn('PUBLIC_URL is not an https address: Fin is not shown the files that agents upload')
}

/** What stored secrets are encrypted with; kept beside the embedded database. */
function keptSecretKey(dataDir: string): string {
  const file = path.join(dataDir, 'secret-key')
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8')
}

/** On an empty database: the first admin, and the sample when it is wanted. */
async function firstSteps({ app }: RunningServer, config: Config): Promise<FirstAdmin | null> {
  const { adminEmail: email, adminPassword: password, adminToken: token } = config
  const first = await makeFirstAdmin(app.db, { email, password, token })
  if (!first || !config.sampleData) return first
  const [admin] = await app.db.prisma.agent.findMany({ where: { email: first.email } })
  if (!admin) throw new Error('The first admin was not found again.')
  await seed(app.db, app.secrets, {
    kind: 'AGENT',
    agentId: admin.id,
    name: admin.name,
    role: 'ADMIN',
    isBot: false,
    scopes: tokenScopes,
    tokenId: admin.id,
    inboxIds: [],
  })
  return first
}

function explain(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE')
    return `port ${port} is taken by another program. Stop it, or set PORT to another one.`
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND')
    return 'the database does not answer. Check DATABASE_URL, and that the server runs.'
  if (code === 'EACCES' && port) return `port ${port} needs more rights. Set PORT to one above 1023.`
  return message
}

function stop(status: number): Promise<void> {
  stopping ??= (async () => {
    for (const step of undo.reverse()) await step().catch((error) => console.error(error.message))
    process.exit(status)
  })()
  return stopping
}
