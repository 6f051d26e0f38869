import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeFirstAdmin } from '../../src/agent/firstAdmin.js'
import type { Clock } from '../../src/clock.js'
import { type RunningServer, type ServerOptions, startServer } from '../../src/server.js'
import { createDatabase } from './database.js'

// Where localhost has a second address, a process that stalls for 250 ms as it connects would go on to that one.
setDefaultAutoSelectFamilyAttemptTimeout(20_000)

export interface GraphqlAnswer<Data> {
  status: number
  headers: Headers
  data: Data
  errors?: { message: string; extensions?: Record<string, unknown> }[]
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Data = any

export interface TestServer extends RunningServer {
  databaseUrl: string
  ownerUrl: string
  /** An admin's API token. */
  token: string
  /** Faults that were reported; a test that expects one takes it out. */
  faults: Error[]
  /** One GraphQL request; as the admin unless told otherwise, as nobody with null. */
  graphql<T = Data>(query: string, variables?: object, token?: string | null): Promise<GraphqlAnswer<T>>
  /** The same, for its payload: throws on errors and on members of Error. */
  must<T = Data>(query: string, variables?: object, token?: string | null): Promise<T>
  /** A new agent of these inboxes, an AGENT unless told otherwise, and a token of theirs. */
  agent(name: string, inboxIds: string[], role?: string): Promise<{ id: string; token: string }>
  inbox(name?: string): Promise<string>
  /** A conversation that an end-user opened. */
  conversation(inboxId: string, body?: string): Promise<string>
  createFin(input?: object): Promise<TestFin>
}

export interface TestFin {
  integrationId: string
  inboxId: string
  agentId: string
  clientId: string
  clientSecret: string
  identifier: string
  webhookKey: string
}

/** How long a busy machine may take to greet over a socket, or to have one of few connections free, in ms. */
const patience = 20_000

/** A whole server on a database of its own. Stop it in `afterAll`. */
export async function startTestServer(
  options: Partial<Omit<ServerOptions, 'database'>> & {
    clock?: Clock
    database?: Partial<ServerOptions['database']>
  } = {},
): Promise<TestServer> {
  const database = await createDatabase()
  const filesDir = mkdtempSync(path.join(tmpdir(), 'graphdesk-files-'))
  const faults: Error[] = []
  const token = `test_${randomBytes(24).toString('base64url')}`
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    secretKey: 'a secret key for tests',
    corsOrigins: [],
    allowPrivateWebhooks: true,
    filesDir,
    rateLimit: 1_000_000,
    report: (error) => faults.push(error),
    ...options,
    sockets: { initWithin: patience, ...options.sockets },
    // Two connections: whatever took a second one inside a transaction would hang here.
    database: {
      url: database.appUrl,
      poolSize: 2,
      preparedStatements: true,
      connectWithin: patience,
      ...options.database,
    },
  })
  await makeFirstAdmin(server.app.db, { email: 'admin@example.com', password: 'correct horse', token })

  async function graphql(query: string, variables: object = {}, as: string | null = token) {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(as && { authorization: `Bearer ${as}` }) },
      body: JSON.stringify({ query, variables }),
    })
    return { status: response.status, headers: response.headers, ...((await response.json()) as Data) }
  }

  async function must(query: string, variables?: object, as?: string | null) {
    const { data, errors } = await graphql(query, variables, as)
    if (errors) throw new Error(JSON.stringify(errors))
    for (const value of Object.values(data as Record<string, Data>)) {
      if (value?.__typename?.endsWith('Error')) throw new Error(JSON.stringify(value))
    }
    return data
  }

  return {
    ...server,
    databaseUrl: database.appUrl,
    ownerUrl: database.ownerUrl,
    token,
    faults,
    graphql,
    must,
    async agent(name, inboxIds, role = 'AGENT') {
      const email = `${name.toLowerCase().replace(/\W+/g, '.')}.${randomBytes(4).toString('hex')}@example.com`
      const { createAgent } = await must(
        `mutation ($name: String!, $email: String!, $role: AgentRole) { createAgent(input: { name: $name, email: $email, role: $role }) {
          __typename ... on CreateAgentPayload { agent { id } } ... on Error { message } } }`,
        { name, email, role },
      )
      const { id } = createAgent.agent
      for (const inboxId of inboxIds) {
        await must(
          `mutation ($inboxId: ID!, $agentId: ID!) { addInboxMember(input: { inboxId: $inboxId, agentId: $agentId }) {
            __typename ... on Error { message } } }`,
          { inboxId, agentId: id },
        )
      }
      const made = await must(
        `mutation ($id: ID!) { createApiToken(input: { name: "test", agentId: $id }) {
          __typename ... on CreateApiTokenPayload { secret } ... on Error { message } } }`,
        { id },
      )
      return { id, token: made.createApiToken.secret }
    },
    async inbox(name = 'Inbox') {
      const made = await must(
        `mutation ($name: String!) { createInbox(input: { name: $name }) {
          __typename ... on CreateInboxPayload { inbox { id } } ... on Error { message } } }`,
        { name },
      )
      return made.createInbox.inbox.id
    },
    async conversation(inboxId, body = '<p>Hello</p>') {
      const { openConversation } = await must(
        `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
          __typename ... on OpenConversationPayload { conversation { id } } ... on Error { message } } }`,
        {
          input: {
            inboxId,
            endUser: { name: 'Eve', email: `eve.${randomBytes(4).toString('hex')}@example.org` },
            message: { body },
          },
        },
      )
      return openConversation.conversation.id
    },
    async createFin(input = {}) {
      const given = {
        name: 'Fin',
        identifier: 'a3c729d4e8f6b15c',
        region: 'US',
        webhookKey: 'a webhook key',
        webhookBaseUrl: 'http://127.0.0.1:1',
        ...input,
      }
      const { createFinIntegration: made } = await must(
        `mutation ($input: CreateFinIntegrationInput!) { createFinIntegration(input: $input) {
          __typename
          ... on CreateFinIntegrationPayload { clientId clientSecret agentId integration { id inbox { id } } }
          ... on Error { message } } }`,
        { input: given },
      )
      const { clientId, clientSecret, agentId, integration } = made
      const { identifier, webhookKey } = given
      return {
        integrationId: integration.id,
        inboxId: integration.inbox.id,
        clientId,
        clientSecret,
        agentId,
        identifier,
        webhookKey,
      }
    },
    async stop() {
      await server.stop()
      await database.drop()
      rmSync(filesDir, { recursive: true, force: true })
    },
  }
}
