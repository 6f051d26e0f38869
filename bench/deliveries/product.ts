import { setTimeout as delay } from 'node:timers/promises'
import { publicId } from '../../src/ids.js'
import { connectFin } from '../accounts.js'
import { type Graphql, graphqlOf } from '../graphql.js'
import type { Loaded } from '../loaded.js'
import { changeAll, conversationsOf } from './change.js'

/** Fin is told once of a burst, a webhook of each event. */
export type Kind = 'FIN' | 'WEBHOOK'

/** Graphdesk with one receiver, and conversations that can all be changed at once. */
export async function productWith(loaded: Loaded, kind: Kind, origin: string, conversations: number) {
  const { client, bulk, agentId, tokens } = loaded
  const [inboxId = ''] = bulk.inboxIds
  const ids = await conversationsOf(client, inboxId, conversations)
  const program = await loaded.startProduct({ ALLOW_PRIVATE_WEBHOOKS: 'true' })
  const graphql = graphqlOf(program.port, tokens.agent)
  const id = await (kind === 'FIN'
    ? connectFin(program, inboxId, tokens, origin)
    : connectWebhook(graphql, inboxId, origin))

  /** How many deliveries about what happened after a position are not done. */
  async function waiting(after: number): Promise<number> {
    const { rows } = await client.query<{ count: number }>(unfinished, [after])
    return rows[0]?.count ?? 0
  }
  const set = (mutation: string) =>
    graphql(
      `mutation ($id: ID!) { ${mutation}(input: { integrationId: $id }) { __typename ... on Error { message } } }`,
      { id },
    )

  return {
    program,
    ids,
    /** Once each; gives the position of the log before. */
    async change(): Promise<number> {
      const { rows } = await client.query<{ position: string }>('select position from event_log')
      await changeAll(client, agentId, ids)
      return Number(rows[0]?.position)
    },
    pause: () => set('pauseIntegration'),
    resume: () => set('resumeIntegration'),
    /** Until all changes after a position are deliveries that wait. */
    async stored(after: number) {
      while ((await waiting(after)) < ids.length) await delay(100)
    },
    /** Until every delivery is recorded as delivered. */
    async settled() {
      while ((await waiting(0)) > 0) await delay(100)
    },
    async attempts() {
      const { rows } = await client.query<{ count: number }>('select count(*)::int from delivery_attempt')
      return rows[0]?.count ?? 0
    },
  }
}

export type Product = Awaited<ReturnType<typeof productWith>>

async function connectWebhook(graphql: Graphql, inboxId: string, url: string): Promise<string> {
  const { createWebhook: made } = await graphql(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
      ... on CreateWebhookPayload { webhook { id } } ... on Error { message } } }`,
    { input: { url, subscription, variables: { inboxId: publicId('Inbox', inboxId) } } },
  )
  if (!made.webhook) throw new Error(`A webhook could not be made: ${made.message}`)
  return made.webhook.id
}

const subscription = `subscription ($inboxId: ID!) { events(filter: { inboxId: $inboxId }) {
  type conversation { id revision title status } } }`

const unfinished = `select count(*)::int from delivery where state not in ('DELIVERED', 'PARKED') and last_position > $1`
