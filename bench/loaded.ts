import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../src/database/embedded.js'
import { buildIndexes } from '../src/database/indexes.js'
import { grantToApp, migrate } from '../src/database/migrate.js'
import { firstAdmin, type Tokens } from './accounts.js'
import { type Bulk, loadBulk } from './data.js'
import { type Program, startProgram } from './processes.js'

/** How much is loaded. */
export interface Size {
  conversations: number
  /** On average; default 3. */
  messagesEach?: number
}

/** A durable database full of conversations. */
export interface Loaded {
  appUrl: string
  /** A superuser's. */
  ownerUrl: string
  /** Connected as the owner. */
  client: pg.Client
  bulk: Bulk
  tokens: Tokens
  /** The admin whose token is `tokens.agent`. */
  agentId: string
  /** Something to be done at the end, before what was there earlier is taken away. */
  later(step: () => unknown): void
  startProduct(env?: Record<string, string>): Promise<Program>
}

/** Runs `work` on a database of its own, and leaves nothing behind. */
export async function onLoaded(
  { conversations, messagesEach = 3 }: Size,
  say: (line: string) => void,
  work: (loaded: Loaded) => Promise<void>,
) {
  const undo: (() => unknown)[] = []
  let clearing: Promise<void> | undefined
  const clear = () => {
    clearing ??= (async () => {
      for (const step of undo.reverse()) await step()
    })()
    return clearing
  }
  const giveUp = () => clear().finally(() => process.exit(130))
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp)
  try {
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-bench-'))
    // Where root runs this, PostgreSQL's own user has to enter.
    chmodSync(dataDir, 0o755)
    undo.push(() => rmSync(dataDir, { recursive: true, force: true }))
    say('Starting PostgreSQL')
    const { appUrl, ownerUrl, stop } = await startEmbedded({ dataDir, durable: true, log: () => undefined })
    undo.push(stop)
    await migrate(ownerUrl)
    await buildIndexes(ownerUrl)
    await grantToApp(ownerUrl, new URL(appUrl).username)
    const tokens: Tokens = { agent: randomBytes(24).toString('hex'), fin: randomBytes(24).toString('hex') }
    const agentId = await firstAdmin(appUrl, tokens.agent)

    say(`Loading ${conversations} conversations`)
    const started = performance.now()
    const bulk = await loadBulk(ownerUrl, conversations, messagesEach)
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    say(`Loaded them, with ${bulk.messages} messages, in ${seconds} s`)

    const client = new pg.Client({ connectionString: ownerUrl })
    await client.connect()
    undo.push(() => client.end())
    await work({
      appUrl,
      ownerUrl,
      client,
      bulk,
      tokens,
      agentId,
      later: (step) => undo.push(step),
      async startProduct(env = {}) {
        const product = await startProgram(new URL('../src/main.js', import.meta.url), {
          NODE_ENV: 'production',
          DATABASE_URL: appUrl,
          SECRET_KEY: randomBytes(24).toString('hex'),
          HOST: '127.0.0.1',
          PORT: '0',
          MIGRATE: 'false',
          RATE_LIMIT: '1000000000',
          LOG_LEVEL: 'error',
          ...env,
        })
        undo.push(product.stop)
        return product
      },
    })
  } finally {
    await clear()
    process.off('SIGINT', giveUp).off('SIGTERM', giveUp)
  }
}
