import type { Graphql } from './graphql.js'

/** Connects an inbox with Fin, as an admin does from Fin's deployment page. */
export async function makeIntegration(
  admin: Graphql,
  given: { identifier: string; webhookKey: string; signingSecret?: string; webhookBaseUrl: string },
) {
  const made = await admin.ask<{
    clientId: string
    clientSecret: string
    agentId: string
    integration: { inbox: { id: string } }
  }>(
    `mutation ($input: CreateFinIntegrationInput!) {
      createFinIntegration(input: $input) {
        __typename
        ... on CreateFinIntegrationPayload { clientId clientSecret agentId integration { inbox { id } } }
        ... on Error { message }
      }
    }`,
    { input: { name: 'Fin', region: 'US', ...given } },
  )
  const { clientId, clientSecret, agentId, integration } = made
  return { clientId, clientSecret, agentId, inboxId: integration.inbox.id }
}

/** A human agent who may answer in these inboxes, with a token of their own. */
export async function makeAgent(admin: Graphql, inboxIds: string[]) {
  const name = 'Ada Lindgren'
  const { agent } = await admin.ask<{ agent: { id: string } }>(
    `mutation ($name: String!) {
      createAgent(input: { name: $name, email: "ada.lindgren@example.com" }) {
        __typename ... on CreateAgentPayload { agent { id } } ... on Error { message }
      }
    }`,
    { name },
  )
  for (const inboxId of inboxIds) {
    await admin.ask(
      `mutation ($inboxId: ID!, $agentId: ID!) {
        addInboxMember(input: { inboxId: $inboxId, agentId: $agentId }) { __typename ... on Error { message } }
      }`,
      { inboxId, agentId: agent.id },
    )
  }
  const { secret } = await admin.ask<{ secret: string }>(
    `mutation ($agentId: ID!) {
      createApiToken(input: { name: "demo", agentId: $agentId, scopes: [READ, WRITE] }) {
        __typename ... on CreateApiTokenPayload { secret } ... on Error { message }
      }
    }`,
    { agentId: agent.id },
  )
  return { id: agent.id, name, token: secret }
}
