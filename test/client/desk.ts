import { WebSocket } from 'ws'
import { startTestServer } from '../support/server.js'

/** An inbox with conversations and an agent, for clients of other libraries. */
export async function startDesk() {
  const server = await startTestServer()
  const inboxId = await server.inbox()
  const agent = await server.agent('Ada', [inboxId])
  const ids: string[] = []
  for (const text of ['one', 'two', 'three']) ids.push(await server.conversation(inboxId, text))
  const place = { url: `${server.url}/graphql`, token: agent.token, webSocket: WebSocket }
  return { server, place, agentId: agent.id, ids, newest: ids[2] as string, retitle }

  async function retitle(conversationId: string, title: string) {
    await server.must(
      `mutation ($input: UpdateConversationInput!) {
        updateConversation(input: $input) { __typename ... on Error { message } } }`,
      { input: { conversationId, title } },
    )
  }
}
