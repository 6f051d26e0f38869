import { HelpdeskError } from './helpdeskError.js'
import type { NewMessage, Operation, Variant } from './variant.js'

const post = (operation: Operation) => ({ method: 'POST', path: `/${operation}` }) as const

/** Every call is a POST with a JSON body; most answers come in `{data, error}`. */
export const postsVariant: Variant = {
  routes: {
    get_user: post('get_user'),
    update_user: post('update_user'),
    create_user: post('create_user'),
    get_agents: post('get_agents'),
    get_conversation: post('get_conversation'),
    update_conversation: post('update_conversation'),
    create_conversation: post('create_conversation'),
    get_messages: post('get_messages'),
    create_message: post('create_message'),
  },
  createUser: (user) => ({ ...user }),
  createConversation: ({ object_id, title, user, attributes, message }) => ({
    title,
    user,
    object_id,
    attributes,
    initial_message: messageBody(message),
  }),
  createMessage: messageBody,
  updateConversation: (change) => ({ ...change }),
  unwrap,
}

function messageBody({ body, author, object_id, attachments }: NewMessage) {
  return { message_type: 'comment', body, author, visibility: 'public', object_id, attachments }
}

// The creates are documented bare or not at all, so that both forms are taken. An error counts whatever the
// HTTP status says.
function unwrap(operation: Operation, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  const { data, error } = body as { data?: unknown; error?: unknown }
  if (error) throw new HelpdeskError(`${operation} was refused: ${JSON.stringify(error).slice(0, 300)}`, 200)
  return data ?? body
}
