import { messageInput } from '../messageInput.js'
import type { Operation } from '../operation.js'
import { agentFragment, endUserFragment, type Message, messageFragment, presentMessage } from '../present.js'
import { refusalFragment } from '../refusal.js'

interface Data {
  result: { message: Message; conversation: { id: string } }
}

export const createMessage: Operation<Data> = {
  document: `mutation CreateMessage($input: ReceiveMessageInput!) {
    result: receiveMessage(input: $input) {
      ... on ReceiveMessagePayload { message { ...Message } conversation { id } }
      ...Refusal
    }
  } ${messageFragment} ${endUserFragment} ${agentFragment} ${refusalFragment}`,
  creates: true,
  variables: ({ read, unread }) => ({
    input: { conversationId: read.identifier('conversation_id') ?? '', message: messageInput(read), unread },
  }),
  respond: ({ result }) => presentMessage(result.message, result.conversation.id),
}
