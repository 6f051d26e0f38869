// What Graphdesk is compared with, a program of its own: an undici pool that sends what it is told and records nothing, and
// graphile-worker with a job for each webhook, both with 64 under way.
import pg from 'pg'
import { Pool } from 'undici'

export type Sender = 'undici pool' | 'graphile-worker'

export type Order =
  /** Makes everything ready that is not measured. */
  | { order: 'prepare'; sender: Sender; origin: string; databaseUrl: string; conversationIds: string[] }
  | { order: 'send' }
  /** Once all of it has arrived. */
  | { order: 'end' }

interface Run {
  send(): Promise<void>
  end(): Promise<void>
}

interface Webhook {
  conversation_id: string
}

const underWay = 64
let run: Run | null = null

process.on('message', async (order: Order) => {
  if (order.order === 'prepare') {
    run = order.sender === 'undici pool' ? loop(order.origin, order.conversationIds) : await worker(order)
  } else if (order.order === 'send') await run?.send()
  else await run?.end()
  process.send?.('done')
})
process.on('disconnect', () => process.exit(0))

/** Sends as the product does. */
function sendingTo(origin: string) {
  const pool = new Pool(origin, { connections: underWay, pipelining: 1 })
  const path = '/hooks/standalone/custom_helpdesk_conversation_event/bench'
  const headers = { 'content-type': 'application/json', 'user-agent': 'Graphdesk', 'x-webhook-key': 'unused' }
  return {
    async send(webhook: Webhook) {
      const response = await pool.request({ path, method: 'POST', headers, body: JSON.stringify(webhook) })
      await response.body.dump()
      if (response.statusCode !== 200) throw new Error(`Status ${response.statusCode}`)
    },
    close: () => pool.close(),
  }
}

function loop(origin: string, conversationIds: readonly string[]): Run {
  const { send, close } = sendingTo(origin)
  const waiting = conversationIds.values()
  const one = async () => {
    for (const conversation_id of waiting) await send({ conversation_id })
  }
  return {
    async send() {
      for (let started = 0; started < underWay; started++) one()
    },
    end: close,
  }
}

async function worker({ origin, databaseUrl, conversationIds }: Order & { order: 'prepare' }): Promise<Run> {
  // Only there for development: what is compiled to start Graphdesk must not need it.
  const name = 'graphile-worker'
  const { Logger, makeWorkerUtils, run: start } = await import(name)
  const { send, close } = sendingTo(origin)
  const logger = new Logger(() => () => undefined)
  const utils = await makeWorkerUtils({ connectionString: databaseUrl, logger })
  await utils.migrate()
  await utils.release()
  await addJobs(databaseUrl, conversationIds)
  let runner: { stop(): Promise<void> } | null = null
  return {
    async send() {
      runner = await start({
        logger,
        noHandleSignals: true,
        taskList: { deliver: (payload: unknown) => send(payload as Webhook) },
        preset: {
          worker: {
            connectionString: databaseUrl,
            maxPoolSize: 12,
            concurrentJobs: underWay,
            localQueue: { size: 500, ttl: 60_000 },
            completeJobBatchDelay: 5,
            failJobBatchDelay: 5,
          },
        },
      })
    },
    async end() {
      await runner?.stop()
      await close()
    },
  }
}

async function addJobs(databaseUrl: string, conversationIds: readonly string[]) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const add = `select graphile_worker.add_job('deliver', json_build_object('conversation_id', id)) from unnest($1::text[]) id`
  for (let from = 0; from < conversationIds.length; from += 1_000) {
    await client.query(`select count(*) from (${add}) jobs`, [conversationIds.slice(from, from + 1_000)])
  }
  await client.query('vacuum (analyze)')
  await client.end()
}
