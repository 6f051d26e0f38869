import { setTimeout } from 'node:timers/promises'
import { connectFin, type Tokens } from './accounts.js'
import { onLoaded } from './loaded.js'
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

/** Runs `work` on a loaded database of its own with both servers, and leaves nothing behind. */
export function onStage(
  conversations: number,
  say: (line: string) => void,
  work: (stage: Stage) => Promise<void>,
) {
  return onLoaded(
    conversations,
    say,
    async ({ appUrl, client, bulk, tokens, agentId, later, startProduct }) => {
      const [inboxId = '', finInboxId = ''] = bulk.inboxIds
      say('Starting the servers')
      const product = await startProduct()
      const limit = await startProgram(new URL('limit.js', import.meta.url), {
        NODE_ENV: 'production',
        DATABASE_URL: appUrl,
        AGENT_ID: agentId,
      })
      later(limit.stop)
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
    },
  )
}
