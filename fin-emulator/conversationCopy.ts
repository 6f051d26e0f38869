import type { Script } from './script.js'
import type { Agent, Attachment, Attributes, Author, Status } from './shapes.js'
import type { ConversationChange, UserOut } from './variant.js'

/** A user as Fin knows one. */
export interface CopiedUser {
  objectId: string
  /** Null until create_user has been answered. */
  helpdeskId: string | null
  name: string | null
  email: string | null
  attributes: Attributes
}

/** A message in Fin's copy. */
export interface CopiedMessage {
  /** Fin's own id; null for what was written in the helpdesk. */
  objectId: string | null
  /** Null until it has been pushed. */
  helpdeskId: string | null
  author: Author
  body: string | null
  attachments: Attachment[]
  visibility: 'public' | 'private'
  createdAt: string
  /** A pull has shown its place in the helpdesk's order. */
  placed: boolean
  /** Fin has decided what to do about it. */
  decided: boolean
  script: Script | null
}

/** Fin's own copy of one conversation; syncs keep it equal to the helpdesk's. */
export interface ConversationCopy {
  readonly id: string
  /** Null when the helpdesk could not create it. */
  helpdeskId: string | null
  readonly user: CopiedUser
  title: string | null
  tags: string[]
  attributes: Attributes
  status: Status
  assignee: Agent | null
  messages: CopiedMessage[]
  lastPulledId: string | null
  /** Fin answers; false from a handoff or takeover until the helpdesk assigns Fin's agent again. */
  finHolds: boolean
  unansweredTurns: number
  /** What Fin has changed and the helpdesk has not confirmed. Pulls do not overwrite it. */
  unsent: ConversationChange
  typing: { agent: Author; until: number } | null
}

/** The copy of a conversation that has just been started. */
export function newCopy(id: string, user: CopiedUser, title: string | null, attributes: Attributes) {
  const copy: ConversationCopy = {
    id,
    helpdeskId: null,
    user,
    title,
    tags: [],
    attributes,
    status: 'open',
    assignee: null,
    messages: [],
    lastPulledId: null,
    finHolds: true,
    unansweredTurns: 0,
    unsent: {},
    typing: null,
  }
  return copy
}

/** Changes the copy and notes the change for the next update_conversation. */
export function change(copy: ConversationCopy, wanted: ConversationChange): void {
  copy.unsent = mergeChanges(copy.unsent, wanted)
  overlayUnsent(copy)
}

/** Puts what the helpdesk has not confirmed over what it said last. */
export function overlayUnsent(copy: ConversationCopy): void {
  const { title, tags, attributes, status } = copy.unsent
  if (title !== undefined) copy.title = title
  if (tags !== undefined) copy.tags = tags
  if (attributes !== undefined) copy.attributes = { ...copy.attributes, ...attributes }
  if (status !== undefined) copy.status = status
}

/** Both changes, the later one above; attributes are merged by name. */
export function mergeChanges(earlier: ConversationChange, later: ConversationChange): ConversationChange {
  const merged = { ...earlier, ...later }
  if (earlier.attributes && later.attributes) {
    merged.attributes = { ...earlier.attributes, ...later.attributes }
  }
  return merged
}

/** The user as Fin tells of one. */
export function userOut({ helpdeskId, name, email, attributes }: CopiedUser): UserOut {
  return { id: helpdeskId ?? '', user_type: 'end_user', name, email, attributes }
}
