import { randomBytes } from 'node:crypto'
import { createGraphql } from '../../fin-emulator/demo/graphql.js'
import { makeAgent } from '../../fin-emulator/demo/setUp.js'

/** Fin, a webhook, and those who write. */
export interface Accounts {
  adminToken: string
  finToken: string
  finAgentId: string
  integrationId: string
  webhookId: string
  /** The human agent's. */
  agentToken: string
  endUserId: string
}

/** Where webhooks go. */
export interface Receivers {
  fin: string
  webhooks: string
}

/** Connects Fin and a webhook with an empty helpdesk, and makes an agent and an end-user. */
export async function makeAccounts(url: string, adminToken: string, receivers: Receivers): Promise<Accounts> {
  const admin = createGraphql(url, adminToken)
  const finToken = randomBytes(24).toString('base64url')
  const { agentId, integration } = await admin.ask<{
    agentId: string
    integration: { id: string; inbox: { id: string } }
  }>(connectFin, {
    input: {
      name: 'Fin',
      identifier: 'chaos',
      region: 'US',
      webhookKey: 'a webhook key',
      webhookBaseUrl: receivers.fin,
      staticToken: finToken,
    },
  })
  const { token } = await makeAgent(admin, [integration.inbox.id])
  const made = await fetch(`${url}/api/fin/create_user`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${finToken}` },
    body: JSON.stringify({ object_id: 'user', name: 'Eve' }),
  })
  const { id: endUserId } = (await made.json()) as { id: string }
  const { webhook } = await admin.ask<{ webhook: { id: string } }>(createWebhook, {
    input: { url: receivers.webhooks, subscription: told },
  })
  return {
    adminToken,
    finToken,
    finAgentId: agentId,
    integrationId: integration.id,
    webhookId: webhook.id,
    agentToken: token,
    endUserId,
  }
}

const connectFin = `mutation ($input: CreateFinIntegrationInput!) {
  createFinIntegration(input: $input) {
    __typename
    ... on CreateFinIntegrationPayload { agentId integration { id inbox { id } } }
    ... on Error { message }
  }
}`

const createWebhook = `mutation ($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    __typename
    ... on CreateWebhookPayload { webhook { id } }
    ... on Error { message }
  }
}`

/** What the webhook is told of each event. */
const told = `subscription {
  events { type cursor conversation { id title } ... on MessageAdded { message { text } } }
}`
