import { storedId } from '../../src/ids.js'
import { eventually } from '../support/eventually.js'
import type { TestServer } from '../support/server.js'
import type { TestReceiver } from './receiver.js'

/** What a message is to the webhooks of most tests. */
export const messages = `subscription Messages($types: [EventType!]) {
  events(filter: { types: $types }) { type conversation { id } ... on MessageAdded { message { text } } }
}`

export const messagesOnly = { types: ['MESSAGE_ADDED'] }

/** A webhook that goes to a receiver. It hears of nothing that happened before. */
export async function createWebhook(
  server: TestServer,
  receiver: Pick<TestReceiver, 'url'>,
  { token, ...input }: { token?: string; [field: string]: unknown } = {},
) {
  await eventually(async () => {
    if ((await server.app.db.prisma.eventPending.count()) > 0) throw new Error('Events are not numbered yet.')
  })
  const created = await server.must(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) {
      __typename ... on CreateWebhookPayload { webhook { id } secret } ... on Error { reason: message } } }`,
    { input: { url: receiver.url, subscription: messages, variables: messagesOnly, ...input } },
    token,
  )
  const { webhook, secret } = created.createWebhook
  const id = webhook.id as string
  const webhookId = storedId('Webhook', id) ?? ''
  const { prisma } = server.app.db
  const deliveries = () =>
    prisma.delivery.findMany({
      where: { listener: { webhookId } },
      orderBy: [{ firstPosition: 'asc' }, { id: 'asc' }],
      include: { attempts: { orderBy: { id: 'asc' } } },
    })

  return {
    id,
    webhookId,
    secret: secret as string,
    /** Runs a mutation on it as the admin, or as somebody else. */
    act: async (name: string, more: object = {}, as?: string) => {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}`
      const done = await server.must(
        `mutation ($input: ${type}Input!) { ${name}(input: $input) { __typename ... on Error { reason: message } } }`,
        { input: { webhookId: id, ...more } },
        as,
      )
      return done[name]
    },
    shown: async () =>
      (
        await server.must(
          `query ($id: ID!) { node(id: $id) { ... on Webhook { state fault warnings owner { name } archivedAt } } }`,
          { id },
        )
      ).node,
    notices: () => prisma.notice.findMany({ where: { webhookId }, orderBy: { id: 'asc' } }),
    deliveries,
    /** Until its deliveries, in the order of their events, are in these states. */
    settled: (...states: string[]) =>
      eventually(async () => {
        const rows = await deliveries()
        const now = rows.map(({ state }) => state)
        if (now.join() !== states.join()) throw new Error(`Deliveries are ${now.join() || 'none'}.`)
        return rows
      }),
  }
}

/** Says something in a conversation, as an agent. */
export async function say(server: TestServer, conversationId: string, body: string, as?: string) {
  await server.must(
    `mutation ($id: ID!, $body: String!) { replyToConversation(input: { conversationId: $id, body: $body }) {
      __typename ... on Error { reason: message } } }`,
    { id: conversationId, body },
    as,
  )
}
