import type { TestServer } from '../../support/server.js'

export const messageFields = `id seq body text visibility editedAt deletedAt redactedAt attachments { filename }
  edits { kind text attachments { filename } agent { name } }`

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
type Answer = any

/** Says and changes things in conversations; each answer has its code when it is an error. */
export function editDesk(server: TestServer) {
  async function change(mutation: string, input: object, as?: string): Promise<Answer> {
    const title = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
    const { data } = await server.graphql(
      `mutation ($input: ${title}Input!) { ${mutation}(input: $input) { __typename ... on Error { code }
        ... on ${title}Payload { message { ${messageFields} } conversation { id preview revision version messageCount lastActivityAt waitingSince title } } } }`,
      { input },
      as,
    )
    return data[mutation]
  }

  return {
    change,
    async say(conversationId: string, body: string, as?: string, more: object = {}): Promise<string> {
      const { message } = await change('replyToConversation', { conversationId, body, ...more }, as)
      return message.id
    },
    async note(conversationId: string, body: string, as?: string): Promise<string> {
      return (await change('addNote', { conversationId, body }, as)).message.id
    },
    shown: async (id: string): Promise<Answer> =>
      (
        await server.must(
          `query ($id: ID!) { conversation(id: $id) { preview revision version messageCount lastActivityAt waitingSince
            messages(first: 100) { nodes { ${messageFields} author { __typename } } } } }`,
          { id },
        )
      ).conversation,
    eventsOf: async (id: string): Promise<Answer[]> =>
      (
        await server.must(
          `query ($id: ID!) { conversation(id: $id) { timeline(first: 100) { nodes { ... on Event { type revision
            actor { ... on Agent { name } } }
            ... on MessageEdited { message { id } } ... on MessageDeleted { message { id } } ... on MessageRedacted { message { id } } } } } }`,
          { id },
        )
      ).conversation.timeline.nodes.filter(({ type }: Answer) => type?.startsWith('MESSAGE_')),
  }
}
