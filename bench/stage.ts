import { setTimeout } from 'node:timers/promises'
import { connectFin } from './accounts.js'
import { startReceiving } from './deliveries/receiving.js'
import type { Loaded } from './loaded.js'
import { forPostgraphile } from './peers/documents.js'
import { startPostgraphile } from './peers/start.js'
import { startProgram } from './processes.js'
import type { Contestant } from './rounds.js'
import { workloads } from './workloads.js'

/** Graphdesk with everything switched on, and how it is asked. */
export async function productOn(loaded: Loaded, name = 'Graphdesk'): Promise<Contestant> {
  const { bulk, client, later, tokens } = loaded
  const [inboxId = '', finInboxId = '', toldInboxId = ''] = bulk.inboxIds
  const receiving = await startReceiving()
  later(receiving.stop)
  const program = await loaded.startProduct({ ALLOW_PRIVATE_WEBHOOKS: 'true' })
  await connectFin(program, finInboxId, tokens)
  const other = { ...tokens, fin: `${tokens.fin}-told` }
  await connectFin(program, toldInboxId, other, receiving.origin, 'bench-told')
  return {
    name,
    program,
    workloads: await workloads(client, { inboxId, finInboxId, toldInboxId }, tokens),
    async settle() {
      while ((await client.query(unfinished)).rowCount !== 0) await setTimeout(50)
    },
  }
}

/** Graphdesk, the hand-written limit and, where it is installed, PostGraphile, on one database. */
export async function contestantsOn(loaded: Loaded): Promise<Contestant[]> {
  const { appUrl, agentId, later } = loaded
  const product = await productOn(loaded)
  const limit = await startProgram(new URL('limit.js', import.meta.url), {
    NODE_ENV: 'production',
    DATABASE_URL: appUrl,
    AGENT_ID: agentId,
  })
  later(limit.stop)
  const contestants = [product, { ...product, name: 'limit', program: limit }]
  const peer = await startPostgraphile(loaded)
  if (!peer) return contestants
  const asked = forPostgraphile(product.workloads, agentId)
  return [...contestants, { ...product, name: 'PostGraphile', program: peer, workloads: asked }]
}

/** What still has to be numbered or sent. */
const unfinished = `
  select from event_pending
   union all
  select from delivery where state in ('QUEUED', 'PENDING', 'IN_FLIGHT') limit 1`
