import { identifier, object, text } from '../fields.js'
import { messageInput } from '../messageInput.js'
import type { Operation } from '../operation.js'
import {
  agentFragment,
  type Conversation,
  conversationFragment,
  endUserFragment,
  type Message,
  messageFragment,
  presentConversation,
  presentMessage,
} from '../present.js'
import { refusalFragment } from '../refusal.js'
import { shortTitle } from '../shortened.js'

interface Data {
  result: { conversation: Conversation; message: Message }
}

/** When this call fails, Fin apologises to the end-user and ends the conversation: it must not fail lightly. */
export const createConversation: Operation<Data> = {
  document: `mutation CreateConversation($input: OpenConversationInput!) {
    result: openConversation(input: $input) {
      ... on OpenConversationPayload { conversation { ...Conversation } message { ...Message } }
      ...Refusal
    }
  } ${conversationFragment} ${messageFragment} ${endUserFragment} ${agentFragment} ${refusalFragment}`,
  creates: true,
  variables(request) {
    const { parameters } = request
    const message = object(parameters.initial_message) ?? {}
    const user = userOf(parameters, message)
    return {
      input: {
        endUserId: identifier(user.id),
        endUser: endUserInput(user),
        title: shortTitle(parameters.title),
        // Their place differs between the variants.
        attributes: { ...object(message.attributes), ...object(parameters.attributes) },
        objectId: identifier(parameters.object_id),
        message: messageInput(message, request),
      },
    }
  },
  respond: ({ result: { conversation, message } }) => ({
    conversation: presentConversation(conversation),
    message: presentMessage(message, conversation.id),
  }),
  restField: (field) => (/^(body|attachments)/.test(field) ? `initial_message.${field}` : field),
}

/** By id, or described; the message's author when neither is said. */
function userOf(parameters: Record<string, unknown>, message: Record<string, unknown>) {
  const author = object(message.author)
  return (
    object(parameters.user) ??
    (text(parameters.user_id) ? { id: parameters.user_id } : null) ??
    (author?.user_type === 'agent' ? null : author) ??
    {}
  )
}

/** Who it is when the id is not one of ours: then it is Fin's own, and finds the same end-user next time. */
function endUserInput(user: Record<string, unknown>) {
  return {
    name: text(user.name),
    email: identifier(user.email),
    photoUrl: text(user.photo_url),
    attributes: object(user.attributes),
    objectId: identifier(user.id),
  }
}
