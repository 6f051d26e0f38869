import type { TestServer } from '../../support/server.js'

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer
export type Data = any

export interface Person {
  id: string
  token: string
}

const conversation = `id version revision status snoozedUntil assignee { id } team { id }
  drafts { id visibility body text attachments { url } failure updatedAt }
  heldReplies { id state agent { id } body sendsAt andThen { status isAssigned agent { id } } }
  messages(last: 9) { nodes { id text visibility } }`

export const held = 'id state body sendsAt failure message { text }'

/** Mutations of one server, each for its payload or its error, as somebody. */
export function desk(server: TestServer) {
  async function call(mutation: string, input: object, { token }: { token: string }): Promise<Data> {
    const title = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
    const isHeld = ['holdReply', 'undoReply', 'sendHeldReply'].includes(mutation)
    const { data, errors } = await server.graphql(
      `mutation ($input: ${title}Input!) { ${mutation}(input: $input) { __typename
        ... on ${title}Payload { ${isHeld ? `heldReply { ${held} }` : ''} conversation { ${conversation} } }
        ... on ConflictError { conversation { ${conversation} } }
        ... on ValidationError { field } ... on Error { code reason: message } } }`,
      { input },
      token,
    )
    if (errors) throw new Error(JSON.stringify(errors))
    return data[mutation]
  }

  return {
    call,
    /** The same, which must go well. */
    async must(mutation: string, input: object, person: { token: string }): Promise<Data> {
      const answer = await call(mutation, input, person)
      if (!answer.__typename.endsWith('Payload')) throw new Error(JSON.stringify(answer))
      return answer
    },
    async conversation(id: string, { token }: { token: string }): Promise<Data> {
      const shown = await server.must(
        `query ($id: ID!) { conversation(id: $id) { ${conversation} } }`,
        { id },
        token,
      )
      return shown.conversation
    },
    async events(id: string): Promise<string[]> {
      const { conversation } = await server.must(
        'query ($id: ID!) { conversation(id: $id) { timeline(last: 50) { edges { event { type } } } } }',
        { id },
      )
      return conversation.timeline.edges.map(({ event }: Data) => event.type)
    },
  }
}
