import type { Operation } from '../operation.js'
import { agentFragment, endUserFragment, type Message, messageFragment, presentMessage } from '../present.js'
import { notFound } from '../problem.js'

interface Data {
  conversation: {
    id: string
    messages: { nodes: (Message & Removed)[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }
  } | null
}

interface Removed {
  deletedAt: string | null
  redactedAt: string | null
}

/** What came after `after_id`; everything when it is no message of the conversation. Absent: what was deleted or redacted. */
export const getMessages: Operation<Data> = {
  document: `query GetMessages($id: ID!, $afterId: ID, $after: String) {
    conversation(id: $id) {
      id
      messages(first: 100, afterId: $afterId, after: $after) {
        nodes { ...Message deletedAt redactedAt } pageInfo { hasNextPage endCursor }
      }
    }
  } ${messageFragment} ${endUserFragment} ${agentFragment}`,
  creates: false,
  variables: ({ parameters }) => ({ id: parameters.conversation_id, afterId: parameters.after_id }),
  next({ conversation }) {
    const { hasNextPage = false, endCursor } = conversation?.messages.pageInfo ?? {}
    // The cursor lies beyond after_id already.
    return hasNextPage ? { id: conversation?.id, after: endCursor } : null
  },
  respond({ conversation }, _, pages) {
    if (!conversation) throw notFound('conversation')
    const messages = pages.flatMap((page) => page.conversation?.messages.nodes ?? [])
    return messages
      .filter(({ deletedAt, redactedAt }) => !deletedAt && !redactedAt)
      .map((message) => presentMessage(message, conversation.id))
  },
}
