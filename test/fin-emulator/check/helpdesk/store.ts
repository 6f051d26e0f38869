import type { Call, Json } from './breakage.js'
import { type Rules, usual } from './rules.js'

const fin = {
  id: 'agent_fin',
  user_type: 'agent',
  name: 'Fin',
  email: 'fin@example.com',
  photo_url: null,
  alias: 'Fin',
  alias_name: 'Fin',
}

/** The nine operations over maps. */
export function createStore(broken: Partial<Rules> = {}) {
  const rules = { ...usual, ...broken }
  const all = new Map<string, Json>()
  const known = new Map<string, string>()
  let count = 0
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  const time = () => {
    now += 1_000
    return new Date(now).toISOString()
  }
  const messagesOf = (id: string) => [...all.values()].filter((one) => one.conversation_id === id)

  function create(kind: string, object_id: unknown, make: () => Json): Json {
    const before = known.get(`${kind} ${object_id}`)
    if (before && object_id) return all.get(before)
    const made = { id: `${kind}_${++count}`, ...make() }
    all.set(made.id, made)
    known.set(`${kind} ${object_id}`, made.id)
    return made
  }

  const text = (value: unknown) => (typeof value === 'string' ? value : null)

  const user = ({ object_id, name, email, attributes }: Json) =>
    create('user', object_id, () => ({
      user_type: 'end_user',
      name: text(name),
      email: text(email)?.includes('@') ? email : null,
      photo_url: null,
      attributes: { ...attributes },
    }))

  function message(conversation: Json, given: Json): Json {
    const { body, attachments, author, visibility, created_at } = given
    return create('msg', given.object_id, () => ({
      conversation_id: conversation.id,
      message_type: 'comment',
      body: text(body)?.replace(/<script>.*?<\/script>/g, '') ?? '',
      author: author?.user_type === 'agent' ? fin : conversation.user,
      visibility: visibility === 'private' ? 'private' : 'public',
      attachments: attachments ?? [],
      created_at: Number.isNaN(Date.parse(created_at)) ? time() : created_at,
    }))
  }

  const isEmpty = (given: Json) => !given?.body && !given?.attachments?.length

  function open(given: Json, isRest: boolean): Json {
    const first = given.initial_message
    if (isEmpty(first)) return { status: 400 }
    const named = all.get(isRest ? given.user_id : given.user?.id)
    const conversation = create('conv', given.object_id, () => ({
      status: 'open',
      user: named ?? user({ name: null }),
      title: text(given.title),
      tags: [],
      attributes: { ...(isRest ? first : given).attributes },
      assignee: rules.assigns ? fin : null,
      created_at: time(),
      updated_at: time(),
    }))
    return { status: 201, object: { conversation, message: message(conversation, first) } }
  }

  function update(conversation: Json, given: Json): Json {
    const before = JSON.stringify(conversation)
    const { title, tags, attributes, status, assignee_id } = given
    if (!rules.keepsTitle || title != null) conversation.title = text(title)
    if (Array.isArray(tags)) conversation.tags = rules.addsTags ? [...conversation.tags, ...tags] : tags
    if (attributes)
      conversation.attributes = { ...(rules.mergesConversation && conversation.attributes), ...attributes }
    if (['open', 'resolved', 'closed', 'ended'].includes(status)) conversation.status = status
    if (assignee_id !== undefined) conversation.assignee = assignee_id === fin.id ? fin : null
    Object.assign(conversation.user.attributes, given.user?.attributes)
    if (JSON.stringify(conversation) !== before || rules.bumps) conversation.updated_at = time()
    return { status: 200, object: conversation }
  }

  return ({ operation, parameters: given, isRest }: Call): { status: number; object: Json } => {
    const found = all.get(given.user_id ?? given.conversation_id)
    const missing = { status: 404, object: null }
    switch (operation) {
      case 'create_user':
        return { status: 201, object: user(given) }
      case 'get_user':
        return found ? { status: 200, object: found } : missing
      case 'update_user': {
        if (!found) return missing
        const merged = { ...(rules.mergesUser && found.attributes), ...given.attributes }
        const kept = Object.entries(merged).map(([key, value]) => [
          key,
          value ?? (rules.removes ? null : found.attributes[key]),
        ])
        found.attributes = Object.fromEntries(kept.filter(([, value]) => value !== null))
        return { status: 200, object: found }
      }
      case 'get_agents':
        return { status: 200, object: [fin] }
      case 'create_conversation':
        return open(given, isRest)
      case 'get_conversation':
        return found ? { status: 200, object: found } : missing
      case 'update_conversation':
        return found ? update(found, given) : missing
      case 'create_message':
        if (!found) return missing
        return isEmpty(given) ? { status: 400, object: null } : { status: 201, object: message(found, given) }
      default: {
        if (!found) return missing
        const messages = messagesOf(found.id)
        return {
          status: 200,
          object: messages.slice(messages.findIndex(({ id }) => id === given.after_id) + 1),
        }
      }
    }
  }
}
