import type { EventType } from '../../events/event.js'
import type { ConversationStatus } from '../../generated/prisma/enums.js'
import { storedId } from '../../ids.js'
import type { Span } from '../sending/store.js'

/**
 * What a Fin listener subscribes to; where Fin is not shown notes it asks whether a message is one. The kinds that show
 * their conversation are those that can matter to Fin. Absent: priority, read marks and held replies, which Fin does not
 * know, and end-user changes, which it pulls with every sync.
 */
export const finDocument = (seesNotes: boolean) => `subscription FinListener {
  events {
    type
    origin { integrationId }
    ... on ConversationOpened { ...Changed }
    ... on MessageAdded { ...Changed ${message(seesNotes)} }
    ... on MessageEdited { ...Changed ${message(seesNotes)} }
    ... on MessageDeleted { ...Changed ${message(seesNotes)} }
    ... on MessageRedacted { ...Changed ${message(seesNotes)} }
    ... on AssignmentChanged { ...Changed }
    ... on StatusChanged { ...Changed from to }
    ... on TitleChanged { ...Changed }
    ... on TagsChanged { ...Changed }
    ... on AttributesChanged { ...Changed }
    ... on HandedBackToFin { ...Changed }
    ... on OtherEvent { ...Changed }
  }
}
fragment Changed on Event { conversation { id } }`

const message = (seesNotes: boolean) => (seesNotes ? '' : 'message { id }')

/** The same of stored events: the kinds that need no telling. */
export const untold: readonly EventType[] = [
  'PRIORITY_CHANGED',
  'HANDED_OFF',
  'END_USER_READ',
  'END_USER_CHANGED',
  'REPLY_HELD',
  'REPLY_UNDONE',
]

/** An event as the document shows it. */
export interface ShownEvent {
  type: string
  origin: { integrationId: string | null }
  conversation?: { id: string } | null
  /** Null where Fin is not shown it, missing where it is shown all. */
  message?: { id: string } | null
  from?: ConversationStatus | null
  to?: ConversationStatus | null
}

/** The conversations that Fin must hear about, by stored id, each with the events it is for. */
export function spansToTell(
  events: readonly { position: number; shown: ShownEvent }[],
  integrationId: string,
): Map<string, Span> {
  const conversations = new Map<string, Span>()
  for (const { position, shown } of events) {
    const told = conversationToTell(shown, integrationId)
    const id = told && storedId('Conversation', told)
    if (!id) continue
    const first = conversations.get(id)?.first ?? position
    conversations.set(id, { first, last: position })
  }
  return conversations
}

/**
 * The conversation that Fin must hear about, by its public id; null when it need not. Never what Fin itself wrote:
 * each webhook makes Fin pull, each pull ends in a write, and an echo would go round for ever.
 */
export function conversationToTell(event: ShownEvent, integrationId: string): string | null {
  if (!event.conversation || event.origin.integrationId === integrationId) return null
  if (event.message === null) return null
  if (event.type === 'STATUS_CHANGED' && seenByFin(event.from) === seenByFin(event.to)) return null
  return event.conversation.id
}

/** A snoozed conversation is open to Fin. */
function seenByFin(status: ConversationStatus | null | undefined) {
  return status === 'SNOOZED' ? 'OPEN' : status
}
