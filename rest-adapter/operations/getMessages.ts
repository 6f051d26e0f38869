import type { Operation } from '../operation.js'
import { agentFragment, endUserFragment, type Message, messageFragment, presentMessage } from '../present.js'
import { notFound } from '../problem.js'

interface Data {
  conversation: {
    id: string
    messages: { nodes: Message[]; pageInfo: { hasPreviousPage: boolean; startCursor: string | null } }
  } | null
}

/** Read from the end backwards, since what Fin has not seen is there: as far as `after_id`, else to the start. */
export const getMessages: Operation<Data> = {
  document: `query GetMessages($id: ID!, $last: Int!, $before: String) {
    conversation(id: $id) {
      id
      messages(last: $last, before: $before) {
        nodes { ...Message } pageInfo { hasPreviousPage startCursor }
      }
    }
  } ${messageFragment} ${endUserFragment} ${agentFragment}`,
  creates: false,
  // Since the message that Fin has seen last there are few, as a rule.
  variables: ({ parameters }) => ({ id: parameters.conversation_id, last: parameters.after_id ? 20 : 100 }),
  next({ conversation }, { parameters }) {
    if (!conversation) return null
    const { nodes, pageInfo } = conversation.messages
    const reached = !pageInfo.hasPreviousPage || nodes.some(({ id }) => id === parameters.after_id)
    return reached ? null : { id: conversation.id, last: 100, before: pageInfo.startCursor }
  },
  respond({ conversation }, { parameters }, pages) {
    if (!conversation) throw notFound('conversation')
    const messages = pages.toReversed().flatMap((page) => page.conversation?.messages.nodes ?? [])
    const seen = messages.findLastIndex(({ id }) => id === parameters.after_id)
    return messages.slice(seen + 1).map((message) => presentMessage(message, conversation.id))
  },
}
