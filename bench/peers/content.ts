import { uuid } from './documents.js'

// biome-ignore lint/suspicious/noExplicitAny: what each document asks for
type Json = any

/** PostGraphile's answer in the form of Graphdesk's, ids and times as in `plain`. */
export function fromPostgraphile(workload: string, { data }: Json): Json {
  const plainData = plain(data)
  switch (workload.split('-')[0]) {
    case 'W1': {
      const nodes = plainData.nodes.map((node: Json) => ({
        ...node,
        endUser: withEmail(node.endUser),
        tags: node.tags.map(({ tag }: Json) => tag).sort(byName),
      }))
      return { data: { conversations: { nodes } } }
    }
    case 'W2': {
      const { conversation } = plainData
      const nodes = conversation.messages
        .reverse()
        .map(({ agent, endUser, ...message }: Json) => ({ ...message, author: author(agent, endUser) }))
      const endUser = withEmail(conversation.endUser)
      return { data: { conversation: { ...conversation, endUser, messages: { nodes } } } }
    }
    case 'W3': {
      const { messageId, conversationId, seq, createdAt, status, preview } = plainData.peerReply.result
      const replyToConversation = {
        __typename: 'ReplyToConversationPayload',
        message: { id: messageId, seq, createdAt },
        conversation: { id: conversationId, status, preview },
      }
      return { data: { replyToConversation } }
    }
    default:
      return { data: plainData.messages.map(unseen) }
  }
}

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)

const withEmail = ({ identities, ...endUser }: Json) => ({ ...endUser, email: identities[0]?.value ?? null })

const author = (agent: Json, endUser: Json) =>
  agent
    ? { __typename: 'Agent', ...agent }
    : { __typename: 'EndUser', id: endUser.id, userName: endUser.name }

function unseen({ conversationId, visibility, createdAt, agent, endUser, ...message }: Json): Json {
  return {
    ...message,
    conversation_id: conversationId,
    message_type: 'comment',
    visibility: visibility.toLowerCase(),
    created_at: createdAt,
    author: agent ? finAgent(agent) : finUser(endUser),
  }
}

const finAgent = ({ photoUrl, ...agent }: Json) => ({
  ...agent,
  user_type: 'agent',
  photo_url: photoUrl,
  alias_name: agent.alias,
})

function finUser({ photoUrl, ...user }: Json): Json {
  return { ...withEmail(user), user_type: 'end_user', photo_url: photoUrl }
}

/** With ids as stored, and times as numbers. */
export function plain(answer: Json): Json {
  return JSON.parse(JSON.stringify(answer), (_, value) => {
    if (typeof value !== 'string') return value
    if (/^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$/.test(value)) return uuid(value)
    return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/.test(value) ? Date.parse(value) : value
  })
}
