import { object, type Reading } from '../fields.js'
import { authorOf, messageInput } from '../messageInput.js'
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
    const { read, unread } = request
    const message = read.inner('initial_message')
    const user = endUserInput(read, message)
    return {
      input: {
        endUserId: user.objectId,
        endUser: user,
        title: shortTitle(read),
        // Their place differs between the variants.
        attributes: { ...message.attributes('attributes'), ...read.attributes('attributes') },
        objectId: read.identifier('object_id'),
        message: messageInput(message),
        unread,
      },
    }
  },
  respond: ({ result: { conversation, message } }) => ({
    conversation: presentConversation(conversation),
    message: presentMessage(message, conversation.id),
  }),
  restField: (field) => (/^(body|attachments)/.test(field) ? `initial_message.${field}` : field),
}

/**
 * By id, or described; the message's author when neither is said. An id that is not one of ours is Fin's own, and finds
 * the same end-user next time.
 */
function endUserInput(read: Reading, message: Reading) {
  const id = read.identifier('user_id')
  const user = read.inner('user')
  const author = message.inner('author')
  const ofUser = authorOf(author) === 'END_USER'
  const described = object(read.given.user) || id || !ofUser ? user : author
  described.choice('user_type', ['end_user'])
  return {
    name: described.text('name'),
    email: described.email('email'),
    photoUrl: described.uri('photo_url'),
    attributes: described.attributes('attributes'),
    objectId: described.identifier('id') ?? id ?? (ofUser ? author.identifier('id') : null),
  }
}
