import type { Attachment, Attributes, Author, Status } from './shapes.js'
import type { Call } from './transport.js'

/** The nine operations of the API, by the names of the POST-only variant. */
export const operationNames = [
  'get_user',
  'update_user',
  'create_user',
  'get_agents',
  'get_conversation',
  'update_conversation',
  'create_conversation',
  'get_messages',
  'create_message',
] as const

export type Operation = (typeof operationNames)[number]

/** A user as Fin tells of one. */
export interface UserOut {
  id: string
  user_type: 'end_user'
  name: string | null
  email: string | null
  attributes: Attributes
}

/** A user that the helpdesk does not know yet. */
export interface NewUser {
  object_id: string
  name: string | null
  email: string | null
  attributes: Attributes
}

/** A message on its way to the helpdesk. `object_id` is Fin's own id: a repeat makes no second message. */
export interface NewMessage {
  object_id: string
  body: string | null
  author: Author
  attachments: Attachment[]
  created_at: string
}

/** A conversation on its way to the helpdesk, with its first message. */
export interface NewConversation {
  object_id: string
  title: string | null
  user: UserOut
  attributes: Attributes
  message: NewMessage
}

/** What update_conversation may change; a missing key leaves things as they are. */
export interface ConversationChange {
  title?: string | null
  tags?: string[]
  attributes?: Attributes
  status?: Status
  /** Fin's agent, or null: Fin lets go. */
  assignee_id?: string | null
  last_user_read_at?: string
  user?: UserOut
}

/** One variant of the API: where its operations live and how its bodies differ. */
export interface Variant {
  routes: Record<Operation, Pick<Call, 'method' | 'path'>>
  createUser(user: NewUser): Record<string, unknown>
  createConversation(conversation: NewConversation): Record<string, unknown>
  createMessage(message: NewMessage): Record<string, unknown>
  updateConversation(change: ConversationChange): Record<string, unknown>
  /** What an answer is about, out of its envelope. Throws when the envelope holds an error. */
  unwrap(operation: Operation, body: unknown): unknown
}
