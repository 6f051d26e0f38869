import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { startEmbedded } from '../src/database/embedded.js'
import { grantToApp, migrate } from '../src/database/migrate.js'
import { connectFin, firstAdmin, type Tokens } from './accounts.js'
import { loadBulk } from './data.js'
import { type Program, startProgram } from './processes.js'
import { type Workload, workloads } from './workloads.js'

/** Everything that is measured, and what with. */
export interface Stage {
  product: Program
  limit: Program
  workloads: Workload[]
  tokens: Tokens
  /** Waits until the log of what was written so far is numbered. */
  settle(): Promise<void>
}

/** Runs `work` on a loaded, durable database of its own with both servers, and leaves nothing behind. */
export async function onStage(
  conversations: number,
  say: (line: string) => void,
  work: (stage: Stage) => Promise<void>,
) {
  const undo: (() => unknown)[] = []
  let clearing: Promise<void> | undefined
  const clear = () => {
    clearing ??= (async () => {
      for (const step of undo.reverse()) await step()
    })()
    return clearing
  }
  process.once('SIGINT', () => clear().finally(() => process.exit(130)))
  try {
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-bench-'))
    // Where root runs this, PostgreSQL's own user has to enter.
    chmodSync(dataDir, 0o755)
    undo.push(() => rmSync(dataDir, { recursive: true, force: true }))
    say('Starting PostgreSQL')
    const database = await startEmbedded({ dataDir, durable: true, log: () => undefined })
    undo.push(database.stop)
    await migrate(database.ownerUrl)
    await grantToApp(database.ownerUrl, new URL(database.appUrl).username)
    const tokens: Tokens = { agent: randomBytes(24).toString('hex'), fin: randomBytes(24).toString('hex') }
    const agentId = await firstAdmin(database.appUrl, tokens.agent)

    say(`Loading ${conversations} conversations`)
    const started = performance.now()
    const { inboxIds, messages } = await loadBulk(database.ownerUrl, conversations)
    const [inboxId = '', finInboxId = ''] = inboxIds
    say(`Loaded them, with ${messages} messages, in ${((performance.now() - started) / 1_000).toFixed(1)} s`)

    const client = new pg.Client({ connectionString: database.ownerUrl })
    await client.connect()
    undo.push(() => client.end())
    say('Starting the servers')
    const product = await startProgram(new URL('../src/main.js', import.meta.url), {
      NODE_ENV: 'production',
      DATABASE_URL: database.appUrl,
      SECRET_KEY: randomBytes(24).toString('hex'),
      HOST: '127.0.0.1',
      PORT: '0',
      MIGRATE: 'false',
      RATE_LIMIT: '1000000000',
      LOG_LEVEL: 'error',
    })
    undo.push(product.stop)
    const limit = await startProgram(new URL('limit.js', import.meta.url), {
      NODE_ENV: 'production',
      DATABASE_URL: database.appUrl,
      AGENT_ID: agentId,
    })
    undo.push(limit.stop)
    await connectFin(product, finInboxId, tokens)

    await work({
      product,
      limit,
      tokens,
      workloads: await workloads(client, inboxId, finInboxId, tokens),
      async settle() {
        const pending = 'select 1 from event_pending limit 1'
        while ((await client.query(pending)).rowCount !== 0) await setTimeout(50)
      },
    })
  } finally {
    await clear()
  }
}
