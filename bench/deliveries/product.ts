import { setTimeout as delay } from 'node:timers/promises'
import { connectFin } from '../accounts.js'
import { graphqlOf } from '../graphql.js'
import type { Loaded } from '../loaded.js'
import { changeAll, conversationsOf } from './change.js'

/** Graphdesk with one integration, all of whose conversations can be changed at once. */
export async function productWith(loaded: Loaded, origin: string, conversations: number) {
  const { client, bulk, agentId, tokens } = loaded
  const [inboxId = ''] = bulk.inboxIds
  const ids = await conversationsOf(client, inboxId, conversations)
  const program = await loaded.startProduct({ ALLOW_PRIVATE_WEBHOOKS: 'true' })
  const graphql = graphqlOf(program.port, tokens.agent)
  const integrationId = await connectFin(program, inboxId, tokens, origin)

  /** Until the table says that nothing is left to do, or exactly so many. */
  async function until(text: string, count = 0) {
    while ((await client.query<{ count: number }>(text)).rows[0]?.count !== count) await delay(100)
  }
  const set = (mutation: string) =>
    graphql(
      `mutation ($id: ID!) { ${mutation}(input: { integrationId: $id }) { __typename ... on Error { message } } }`,
      { id: integrationId },
    )

  return {
    program,
    ids,
    change: () => changeAll(client, agentId, ids),
    pause: () => set('pauseIntegration'),
    resume: () => set('resumeIntegration'),
    /** Until all changes are deliveries that wait. */
    stored: () => until(waiting, ids.length),
    /** Until every delivery is recorded as delivered. */
    settled: () => until(waiting),
    async attempts() {
      const { rows } = await client.query<{ count: number }>('select count(*)::int from delivery_attempt')
      return rows[0]?.count ?? 0
    },
  }
}

export type Product = Awaited<ReturnType<typeof productWith>>

const waiting = `select count(*)::int from delivery where state not in ('DELIVERED', 'PARKED')`
