import type { NewMessage, Variant } from './variant.js'

/** REST by resource: GET reads, PUT updates, POST creates; answers are bare. */
export const restVariant: Variant = {
  routes: {
    get_user: { method: 'GET', path: '/user' },
    update_user: { method: 'PUT', path: '/user' },
    create_user: { method: 'POST', path: '/user' },
    get_agents: { method: 'GET', path: '/agents' },
    get_conversation: { method: 'GET', path: '/conversation' },
    update_conversation: { method: 'PUT', path: '/conversation' },
    create_conversation: { method: 'POST', path: '/conversation' },
    get_messages: { method: 'GET', path: '/messages' },
    create_message: { method: 'POST', path: '/messages' },
  },
  // This variant has no place for a new user's attributes; they follow by update_user.
  createUser: ({ object_id, name, email }) => ({ object_id, name, email }),
  createConversation: ({ object_id, title, user, attributes, message }) => ({
    title,
    user_id: user.id,
    object_id,
    initial_message: { ...messageBody(message), attributes },
  }),
  createMessage: messageBody,
  updateConversation: ({ user: _, ...change }) => change,
  unwrap: (_, body) => body,
}

function messageBody({ body, author, object_id, attachments, created_at }: NewMessage) {
  return {
    message_type: 'comment',
    // A null body exists in the other variant only.
    body: body ?? '',
    author: { id: author.id, user_type: author.user_type },
    visibility: 'public',
    created_at,
    object_id,
    attachments,
  }
}
