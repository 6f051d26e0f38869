import { makeFirstAdmin } from '../src/agent/firstAdmin.js'
import { openDatabase } from '../src/database/database.js'
import { publicId } from '../src/ids.js'
import { graphqlOf } from './graphql.js'
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

/** Makes the integration that works in an inbox (by stored id); gives its public id. */
export async function connectFin(
  { port }: Program,
  inboxId: string,
  tokens: Tokens,
  webhookBaseUrl = 'http://127.0.0.1:1',
  identifier = 'bench',
): Promise<string> {
  const { createFinIntegration: made } = await graphqlOf(port, tokens.agent)(
    `mutation ($input: CreateFinIntegrationInput!) { createFinIntegration(input: $input) {
      ... on CreateFinIntegrationPayload { integration { id } } ... on Error { message } } }`,
    {
      input: {
        name: 'Bench',
        identifier,
        region: 'US',
        webhookKey: 'unused',
        webhookBaseUrl,
        inboxId: publicId('Inbox', inboxId),
        staticToken: tokens.fin,
      },
    },
  )
  if (!made.integration) throw new Error(`Fin could not be connected: ${made.message}`)
  return made.integration.id
}
