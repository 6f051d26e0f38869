import { randomBytes } from 'node:crypto'
import { createGraphql } from '../../../fin-emulator/demo/graphql.js'
import { makeAgent } from '../../../fin-emulator/demo/setUp.js'
import { insist } from './insist.js'

/** Fin and a human agent, each with a way to write until it is acknowledged. */
export interface Party {
  finAgentId: string
  /** The human's. */
  token: string
  /** Calls an operation of the Fin API. */
  fin<T>(operation: string, body: object): Promise<T>
  /** Asks the GraphQL API as the human; gives the data of the document's only field. */
  graphql<T>(document: string, variables: object): Promise<T>
}

const lost = 0.2

/** Connects Fin, whose webhooks go to `webhookBaseUrl`, and makes an agent of its inbox. */
export async function connectParty(
  url: string,
  adminToken: string,
  webhookBaseUrl: string,
  random: () => number,
): Promise<Party> {
  const admin = createGraphql(url, adminToken)
  const staticToken = randomBytes(24).toString('base64url')
  const { agentId, integration } = await admin.ask<{
    agentId: string
    integration: { inbox: { id: string } }
  }>(
    `mutation ($input: CreateFinIntegrationInput!) {
      createFinIntegration(input: $input) {
        __typename
        ... on CreateFinIntegrationPayload { agentId integration { inbox { id } } }
        ... on Error { message }
      }
    }`,
    {
      input: {
        name: 'Fin',
        identifier: 'a3c729d4e8f6b15c',
        region: 'US',
        webhookKey: 'a webhook key',
        webhookBaseUrl,
        staticToken,
      },
    },
  )
  const { token } = await makeAgent(admin, [integration.inbox.id])
  const isLost = () => random() < lost

  async function graphql<T>(query: string, variables: object): Promise<T> {
    const { data } = await insist<{ data: Record<string, T & { __typename?: string }> }>(
      `${url}/graphql`,
      token,
      { query, variables },
      isLost,
    )
    const [value] = Object.values(data)
    if (!value || value.__typename?.endsWith('Error')) throw new Error(`Refused: ${JSON.stringify(data)}`)
    return value
  }

  return {
    finAgentId: agentId,
    token,
    fin: (operation, body) => insist(`${url}/api/fin/${operation}`, staticToken, body, isLost),
    graphql,
  }
}
