import { onTestFinished } from 'vitest'
import { createDatabase } from '../support/database.js'
import { type Program, startProgram } from '../support/program.js'

/** Graphdesk as a process of its own, which can be killed and started again on the same database and port. */
export interface HelpdeskProcess {
  url: string
  ownerUrl: string
  token: string
  start(): Promise<void>
  /** SIGKILL gives it no time for anything, SIGTERM lets it say goodbye. */
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** A GraphQL request; throws on errors. */
  must<Data>(query: string, variables?: object): Promise<Data>
}

export async function startProcess(): Promise<HelpdeskProcess> {
  const database = await createDatabase()
  const token = 'admin_token_of_the_client_test_0123456789'
  let program: Program | undefined
  let url = ''

  async function start() {
    program = startProgram([], {
      PORT: url ? new URL(url).port : '0',
      HOST: '127.0.0.1',
      DATABASE_URL: database.appUrl,
      DATABASE_DIRECT_URL: database.ownerUrl,
      SECRET_KEY: 'a secret key for tests',
      ADMIN_TOKEN: token,
    })
    const ready = await program.prints(/Graphdesk ready at .*?(http:\/\/\S+)/)
    url = (ready[1] as string).replace('localhost', '127.0.0.1')
  }
  async function stop(signal: NodeJS.Signals) {
    program?.process.kill(signal)
    await program?.ended
  }

  onTestFinished(async () => {
    await stop('SIGKILL')
    await database.drop()
  })
  await start()
  return {
    url,
    ownerUrl: database.ownerUrl,
    token,
    start,
    stop,
    async must(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      })
      const { data, errors } = (await response.json()) as { data: never; errors?: unknown }
      if (errors) throw new Error(JSON.stringify(errors))
      return data
    },
  }
}

/** A new conversation in a new inbox. */
export async function openConversation({ must }: HelpdeskProcess): Promise<string> {
  const { createInbox } = await must<{ createInbox: { inbox: { id: string } } }>(
    'mutation { createInbox(input: { name: "Inbox" }) { ... on CreateInboxPayload { inbox { id } } } }',
  )
  const { openConversation } = await must<{ openConversation: { conversation: { id: string } } }>(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { id } } } }`,
    { input: { inboxId: createInbox.inbox.id, endUser: { name: 'Eve' }, message: { body: '<p>Hello</p>' } } },
  )
  return openConversation.conversation.id
}
