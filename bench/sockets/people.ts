import { graphqlOf } from '../graphql.js'

/** Agents who see an inbox, and how one writes the next number into a conversation of it. */
export async function people(port: number, count: number, adminToken: string) {
  const graphql = graphqlOf(port, adminToken)
  const { createInbox } = await graphql(
    `mutation { createInbox(input: { name: "Sockets" }) { ... on CreateInboxPayload { inbox { id } } } }`,
  )
  const inboxId = createInbox.inbox.id
  const tokens: string[] = []
  for (let number = 0; number < count; number++) {
    const { createAgent } = await graphql(
      `mutation ($input: CreateAgentInput!) { createAgent(input: $input) {
        ... on CreateAgentPayload { agent { id } } } }`,
      { input: { name: `Agent ${number}`, email: `socket${number}@example.com` } },
    )
    const agentId = createAgent.agent.id
    await graphql(
      `mutation ($input: AddInboxMemberInput!) { addInboxMember(input: $input) { __typename } }`,
      {
        input: { inboxId, agentId },
      },
    )
    const { createApiToken } = await graphql(
      `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) {
        ... on CreateApiTokenPayload { secret } } }`,
      { input: { name: 'bench', agentId } },
    )
    tokens.push(createApiToken.secret)
  }
  const { openConversation } = await graphql(
    `mutation ($input: OpenConversationInput!) { openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { id } } } }`,
    { input: { inboxId, endUser: { name: 'Eve' }, message: { body: 'Hello' } } },
  )
  const conversationId = openConversation.conversation.id
  return {
    tokens,
    conversationId: conversationId as string,
    async write(number: number): Promise<void> {
      await graphql(`mutation ($input: AddNoteInput!) { addNote(input: $input) { __typename } }`, {
        input: { conversationId, body: String(number) },
      })
    },
  }
}
