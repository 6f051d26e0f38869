interface Stored {
  id: string
  object_id?: string | undefined
  [key: string]: unknown
}
type Parameters = Record<string, unknown>
type Answer = [status: number, body: unknown]

export const finAgent = {
  id: 'agent_fin',
  user_type: 'agent',
  name: 'Fin',
  email: 'fin@example.com',
  alias: 'Fin',
}
export const maria = { id: 'agent_maria', user_type: 'agent', name: 'Maria', email: 'maria@example.com' }

/** The nine operations over arrays. Creates are idempotent by `object_id`. */
export function operations() {
  const users: Stored[] = []
  const conversations: Stored[] = []
  const messages: Stored[] = []
  const agents = [finAgent, maria]
  let counter = 0
  let clock = Date.parse('2026-01-01T00:00:00.000Z')
  const nextId = (prefix: string) => {
    counter += 1
    return `${prefix}_${counter}`
  }
  const now = () => {
    clock += 1000
    return new Date(clock).toISOString()
  }

  function create(list: Stored[], prefix: string, object_id: unknown, make: () => Parameters): Stored {
    const found = list.find((stored) => stored.object_id === object_id)
    if (found && object_id) return found
    const stored = { id: nextId(prefix), object_id: object_id as string, ...make() }
    list.push(stored)
    return stored
  }

  function addMessage(conversation_id: unknown, message: Parameters) {
    return create(messages, 'msg', message.object_id, () => ({
      conversation_id,
      message_type: 'comment',
      body: message.body,
      author: message.author,
      visibility: message.visibility,
      attachments: message.attachments ?? [],
      created_at: now(),
    }))
  }

  /** An agent answers and takes the conversation over. */
  function agentReplies(conversationId: string | null, body: string, visibility = 'public') {
    const conversation = conversations.find(({ id }) => id === conversationId)
    if (conversation && visibility === 'public') conversation.assignee = maria
    return addMessage(conversationId, { body, author: maria, visibility })
  }

  function run(operation: string, parameters: Parameters): Answer {
    const { user_id, conversation_id, object_id, attributes } = parameters
    const user = users.find(({ id }) => id === user_id)
    const conversation = conversations.find(({ id }) => id === conversation_id)
    const missing: Answer = [404, { title: 'Not found', status: 404 }]
    switch (operation) {
      case 'get_agents':
        return [200, agents]
      case 'get_user':
        return user ? [200, user] : missing
      case 'create_user':
        return [201, create(users, 'user', object_id, () => ({ user_type: 'end_user', ...parameters }))]
      case 'update_user':
        if (!user) return missing
        user.attributes = { ...(user.attributes as object), ...(attributes as object) }
        return [200, user]
      case 'get_conversation':
        return conversation ? [200, conversation] : missing
      case 'create_conversation':
        return [201, open(parameters)]
      case 'get_messages': {
        const all = messages.filter((message) => message.conversation_id === conversation_id)
        return [200, all.slice(all.findIndex(({ id }) => id === parameters.after_id) + 1)]
      }
      case 'create_message':
        return conversation ? [201, addMessage(conversation_id, parameters)] : missing
      case 'update_conversation':
        return conversation ? [200, update(conversation, parameters)] : missing
      default:
        return missing
    }
  }

  function open({ object_id, title, user, user_id, attributes, initial_message }: Parameters) {
    const first = initial_message as Parameters
    const id = user_id ?? (user as Stored).id
    const conversation = create(conversations, 'conv', object_id, () => ({
      status: 'open',
      title,
      user: users.find((known) => known.id === id),
      tags: [],
      attributes: attributes ?? first.attributes ?? {},
      assignee: finAgent,
    }))
    return { conversation, message: addMessage(conversation.id, first) }
  }

  // A conversation that a person holds is not given back by Fin.
  function update(conversation: Stored, wanted: Parameters) {
    const { conversation_id: _, user: __, assignee_id, attributes, ...fields } = wanted
    Object.assign(conversation, fields)
    conversation.attributes = { ...(conversation.attributes as object), ...(attributes as object) }
    const held = (conversation.assignee as Stored | null)?.id === maria.id
    if (assignee_id === null && !held) conversation.assignee = null
    return conversation
  }

  return { data: { users, conversations, messages, agentReplies }, run }
}
