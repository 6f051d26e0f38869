import type { EventType } from '../events/event.js'
import type { ResyncReason } from '../events/resume.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'
import { storedId } from '../ids.js'
import type { Span } from './store.js'

/**
 * What a Fin listener subscribes to. The kinds that show their conversation are those that can matter to Fin. Absent:
 * priority and read marks, which Fin does not know, and end-user changes, which it pulls with every sync; and notes where
 * Fin is not shown any.
 */
export const finDocument = `subscription FinListener($after: EventCursor!, $notesHidden: Boolean!) {
  events(after: $after) {
    type
    cursor
    origin { integrationId }
    ... on Resync { reason }
    ... on ConversationOpened { ...Changed }
    ... on MessageAdded { ...Changed message @include(if: $notesHidden) { id } }
    ... on AssignmentChanged { ...Changed }
    ... on StatusChanged { ...Changed from to }
    ... on TitleChanged { ...Changed }
    ... on TagsChanged { ...Changed }
    ... on AttributesChanged { ...Changed }
    ... on HandedBackToFin { ...Changed }
  }
}
fragment Changed on Event { conversation { id } }`

/** The same of stored events: the kinds that need no telling. */
export const untold: readonly EventType[] = [
  'PRIORITY_CHANGED',
  'HANDED_OFF',
  'END_USER_READ',
  'END_USER_CHANGED',
]

export interface HeardEvent {
  type: string
  cursor: string
  origin: { integrationId: string | null }
  conversation?: { id: string } | null
  /** Null where Fin is not shown it, missing where it is shown all. */
  message?: { id: string } | null
  reason?: ResyncReason
  from?: ConversationStatus | null
  to?: ConversationStatus | null
}

export interface PlacedEvent extends HeardEvent {
  position: number
}

/** The conversations that Fin must hear about, by stored id, each with the events it is for. */
export function spansToTell(events: readonly PlacedEvent[], integrationId: string): Map<string, Span> {
  const conversations = new Map<string, Span>()
  for (const event of events) {
    const told = conversationToTell(event, integrationId)
    const id = told && storedId('Conversation', told)
    if (!id) continue
    const first = conversations.get(id)?.first ?? event.position
    conversations.set(id, { first, last: event.position })
  }
  return conversations
}

/**
 * The conversation that Fin must hear about, by its public id; null when it need not. Never what Fin itself wrote:
 * each webhook makes Fin pull, each pull ends in a write, and an echo would go round for ever.
 */
export function conversationToTell(event: HeardEvent, integrationId: string): string | null {
  if (!event.conversation || event.origin.integrationId === integrationId) return null
  if (event.message === null) return null
  if (event.type === 'STATUS_CHANGED' && seenByFin(event.from) === seenByFin(event.to)) return null
  return event.conversation.id
}

/** A snoozed conversation is open to Fin. */
function seenByFin(status: ConversationStatus | null | undefined) {
  return status === 'SNOOZED' ? 'OPEN' : status
}
