import { makeFirstAdmin } from '../src/agent/firstAdmin.js'
import { openDatabase } from '../src/database/database.js'
import { publicId } from '../src/ids.js'
import type { Program } from './processes.js'

/** Whom the requests come from. */
export interface Tokens {
  agent: string
  fin: string
}

/** Makes the agent who replies, an admin; gives the id. */
export async function firstAdmin(url: string, token: string): Promise<string> {
  const db = openDatabase({ url, poolSize: 2, preparedStatements: false })
  try {
    await makeFirstAdmin(db, { email: 'bench@example.com', token })
    const agent = await db.prisma.agent.findFirstOrThrow()
    return agent.id
  } finally {
    await db.close()
  }
}

/** Makes the integration that asks for messages. */
export async function connectFin({ port }: Program, inboxId: string, tokens: Tokens) {
  const query = `mutation ($input: CreateFinIntegrationInput!) { createFinIntegration(input: $input) {
    __typename ... on Error { message } } }`
  const input = {
    name: 'Bench',
    identifier: 'bench',
    region: 'US',
    webhookKey: 'unused',
    webhookBaseUrl: 'http://127.0.0.1:1',
    inboxId: publicId('Inbox', inboxId),
    staticToken: tokens.fin,
  }
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens.agent}` },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const text = await response.text()
  if (!text.includes('"CreateFinIntegrationPayload"')) throw new Error(`Fin could not be connected: ${text}`)
}
