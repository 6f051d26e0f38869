import type { Event } from '../generated/prisma/client.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'

/** Every kind of event, as stored; `schema/eventTypes.ts` has one object type for each. */
export const eventTypes = [
  'CONVERSATION_OPENED',
  'MESSAGE_ADDED',
  'MESSAGE_EDITED',
  'MESSAGE_DELETED',
  'MESSAGE_REDACTED',
  'ASSIGNMENT_CHANGED',
  'STATUS_CHANGED',
  'TITLE_CHANGED',
  'PRIORITY_CHANGED',
  'TAGS_CHANGED',
  'ATTRIBUTES_CHANGED',
  'HANDED_OFF',
  'HANDED_BACK_TO_FIN',
  'END_USER_READ',
  'END_USER_CHANGED',
  'REPLY_HELD',
  'REPLY_UNDONE',
] as const

export type EventType = (typeof eventTypes)[number]

/** OTHER: of a kind that only a newer release knows. */
export type LoggedType = EventType | 'OTHER'

/** Why a change was made that nobody asked for by itself, as stored. */
export const eventCauses = [
  'TOOK_OVER',
  'AND_THEN',
  'END_USER_WROTE',
  'SNOOZE_ENDED',
  'HANDED_OFF',
  'HANDED_BACK',
] as const

export type EventCause = (typeof eventCauses)[number]

/** Field name → what it was and what it became; ids and values that are not personal. */
export type Changes = Record<string, { from: unknown; to: unknown }>

/** One change, before it is written. */
export interface NewEvent {
  type: EventType
  messageId?: string
  endUserId?: string
  changes?: Changes
  cause?: EventCause
}

/** What decides whether and where a list shows a conversation; never anything personal. */
export interface ListRow {
  status: ConversationStatus
  assigneeId: string | null
  endUserId: string
  createdAt: string
  lastActivityAt: string
}

export interface RowChange {
  /** What was different before; null: the conversation was opened. */
  from: Partial<ListRow> | null
  to: ListRow
}

/** How events are recorded now. Since 2 the last event of a conversation's change has its `row`. */
export const schemaVersion = 2

/** An event with its final place in the log, as every reader gets it. */
export interface LoggedEvent extends Omit<Event, 'id' | 'type' | 'changes' | 'row'> {
  position: number
  type: LoggedType
  changes: Changes
  row: RowChange | null
}
