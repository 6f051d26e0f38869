import type { EventFields } from '../client/index.js'
import { type Conversation, conversationFields } from './conversationFields.js'

const messageFields = `
  id text visibility createdAt editedAt deletedAt redactedAt
  author { __typename ... on EndUser { name } ... on Agent { agentName: name isBot } }
`

/** What may stand in a conversation's story. */
export const happenings = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) {
    cursor type revision occurredAt
    actor { __typename ... on Agent { name } }
    conversation { ${conversationFields} }
    ... on MessageAdded { message { ${messageFields} } }
    ... on MessageEdited { message { ${messageFields} } }
    ... on MessageDeleted { message { ${messageFields} } }
    ... on MessageRedacted { message { ${messageFields} } }
    ... on AssignmentChanged { to { name } toTeam { name } }
    ... on StatusChanged { status: to }
    ... on PriorityChanged { priority: to }
  }
}`

export const shownConversation = `query ($id: ID!) {
  conversation(id: $id) { ${conversationFields} messages(last: 100) { nodes { ${messageFields} } } }
}`

export interface Message {
  id: string
  text: string
  visibility: 'PUBLIC' | 'PRIVATE'
  createdAt: string
  editedAt: string | null
  deletedAt: string | null
  redactedAt: string | null
  author:
    | { __typename: 'EndUser'; name: string | null }
    | { __typename: 'Agent'; agentName: string; isBot: boolean }
}

export interface Happening extends EventFields {
  occurredAt: string
  actor: { name?: string } | null
  conversation: Conversation | null
  message?: Message | null
  to?: { name: string } | null
  toTeam?: { name: string } | null
  status?: string
  priority?: string
}

/** In a line of its own between the messages; null for what is not worth one. */
export function lineOf({ type, actor, to, toTeam, status, priority }: Happening): string | null {
  const by = actor?.name ? ` by ${actor.name}` : ''
  switch (type) {
    case 'CONVERSATION_OPENED':
      return 'opened'
    case 'HANDED_OFF':
      return 'handed off by Fin: waits for a human'
    case 'HANDED_BACK_TO_FIN':
      return `handed back to Fin${by}`
    case 'ASSIGNMENT_CHANGED': {
      const holder = to?.name ?? (toTeam && `team ${toTeam.name}`)
      return holder ? `assigned to ${holder}` : `unassigned${by}`
    }
    case 'STATUS_CHANGED':
      return `now ${status?.toLowerCase()}${by}`
    case 'PRIORITY_CHANGED':
      return `priority ${priority?.toLowerCase()}${by}`
    case 'TITLE_CHANGED':
      return `new title${by}`
    case 'TAGS_CHANGED':
      return `tags changed${by}`
    case 'END_USER_READ':
      return 'read by the customer'
    case 'REPLY_HELD':
      return `a reply is about to be sent${by}`
    case 'REPLY_UNDONE':
      return `the reply was taken back${by}`
    default:
      return null
  }
}
