import type { Operation } from '../operation.js'
import {
  agentFragment,
  type Conversation,
  conversationFragment,
  endUserFragment,
  presentConversation,
} from '../present.js'
import { notFound } from '../problem.js'

interface Data {
  conversation: Conversation | null
}

export const getConversation: Operation<Data> = {
  document: `query GetConversation($id: ID!) { conversation(id: $id) { ...Conversation } }
    ${conversationFragment} ${endUserFragment} ${agentFragment}`,
  creates: false,
  variables: ({ parameters }) => ({ id: parameters.conversation_id }),
  respond({ conversation }) {
    if (!conversation) throw notFound('conversation')
    return presentConversation(conversation)
  },
}
