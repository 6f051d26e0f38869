/** Every kind of event of this release. */
export const eventTypes = [
  'ASSIGNMENT_CHANGED',
  'ATTRIBUTES_CHANGED',
  'CONVERSATION_OPENED',
  'END_USER_CHANGED',
  'END_USER_READ',
  'HANDED_BACK_TO_FIN',
  'HANDED_OFF',
  'MESSAGE_ADDED',
  'MESSAGE_DELETED',
  'MESSAGE_EDITED',
  'MESSAGE_REDACTED',
  'OTHER',
  'PRIORITY_CHANGED',
  'REPLY_HELD',
  'REPLY_UNDONE',
  'RESYNC',
  'STATUS_CHANGED',
  'TAGS_CHANGED',
  'TITLE_CHANGED',
] as const

/** A newer server may send others. */
export type EventType = (typeof eventTypes)[number] | (string & {})

/** What a subscription must select. Without `revision` and `conversation { id }` nothing is dropped by revision. */
export interface EventFields {
  cursor: string
  type: EventType
  revision?: number | null
  conversation?: { id: string } | null
}

/** An event as it comes when no query of your own is given. */
export interface FeedEvent extends EventFields {
  __typename: string
  occurredAt: string
  origin: { api: 'GRAPHQL' | 'FIN' | 'SYSTEM' | (string & {}); integrationId: string | null }
  revision: number | null
  conversation: { id: string } | null
}

/** The log cannot be resumed from the cursor that was given. */
export interface Resync {
  type: 'RESYNC'
  /** From where it goes on. */
  cursor: string
  /** When your query selects it: `... on Resync { reason }`. */
  reason?: 'AHEAD' | 'EXPIRED' | 'FOREIGN' | 'MALFORMED' | (string & {})
}

export const allEvents = `subscription FollowEvents($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) {
    __typename
    cursor
    type
    occurredAt
    origin { api integrationId }
    revision
    conversation { id }
    ... on Resync { reason }
  }
}`

/** The one root field of a result, as an event; undefined when it does not select what resuming needs. */
export function eventIn(data: Record<string, unknown>): EventFields | undefined {
  const [event] = Object.values(data) as (EventFields | null | undefined)[]
  return typeof event?.cursor === 'string' && typeof event.type === 'string' ? event : undefined
}

export function resyncOf({ cursor, reason }: EventFields & { reason?: Resync['reason'] }): Resync {
  return { type: 'RESYNC', cursor, ...(reason && { reason }) }
}
