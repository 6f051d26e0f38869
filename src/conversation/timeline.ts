import { type Actor, seesNotes } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { type Shape, shapesOf } from '../database/shape.js'
import { countName, rowsOf, type Statement, statementOnce, tableColumns } from '../database/statement.js'
import { type EventType, eventTypes, type LoggedEvent } from '../events/event.js'
import { Prisma } from '../generated/prisma/client.js'
import { authors, type MessageView, messageColumns } from '../message/read.js'

/** An event of a conversation. One that added a message is that message as well; of others its fields are null. */
export type TimelineEntry = LoggedEvent & MessageView & { eventId: number }

/** Part of a conversation's timeline: entries between two event ids (both exclusive), from the start or from the end. */
export interface TimelineRange {
  after: number
  /** Exclusive; null: up to the newest. */
  before: number | null
  limit: number
  fromEnd: boolean
}

/** Those that are about a conversation. */
export const timelineTypes: readonly EventType[] = eventTypes.filter((type) => type !== 'END_USER_CHANGED')

/**
 * That part of each conversation, in the order it was read; of each entry the columns that are `read`, by their path, or
 * all. Each message has one event that added it, and event ids are the order of a conversation's changes. The caller has
 * made sure that the actor may see those.
 */
export function readTimeline(
  db: Queryable,
  actor: Actor,
  conversationIds: readonly string[],
  { after, before, limit, fromEnd }: TimelineRange,
  read: ReadonlySet<string> | null = null,
): Promise<TimelineEntry[]> {
  const upTo = before ?? Number.MAX_SAFE_INTEGER
  return db.query(ranging(conversationIds, fromEnd, shape(read)), [
    conversationIds,
    after,
    upTo,
    limit,
    seesNotes(actor),
    timelineTypes,
  ])
}

const { id: _, ...eventFields } = Prisma.EventScalarFieldEnum

/**
 * Resuming after it must miss nothing: of an event that has no position yet it is the newest one, behind which the event
 * will come, and of one that has left the feed the beginning, from which nobody can resume.
 */
const position = `coalesce(
  (select f.position from event_feed f where f.event_id = e.id),
  (select l.position from event_log l, event_pending p where p.event_id = e.id),
  0)`

const shape = shapesOf(
  [
    { path: 'eventId', sql: 'e.id' },
    ...tableColumns('e', eventFields),
    { path: 'position', sql: position },
    ...messageColumns.filter(({ path }) => !(path in eventFields)),
  ],
  ['eventId', 'conversationId', 'type'],
)

/** `ids`: SQL of the rows of conversations. */
const text = (ids: string, list: string, direction: 'asc' | 'desc') => `select ${list}
  from ${ids} k(id)
 cross join lateral (
   select * from event e
    where e.conversation_id = k.id and e.id > $2 and e.id < $3 and e.type = any($6::text[])
      and ($5 or e.message_id is null
              or (select v.visibility from message v where v.id = e.message_id) = 'PUBLIC')
    order by e.id ${direction} limit $4) e
  left join message m on m.id = e.message_id
  ${authors} order by e.conversation_id, e.id ${direction}`

function ranging(ids: readonly string[], fromEnd: boolean, { name, list, asSent }: Shape): Statement {
  const [kind, direction] = fromEnd ? (['last', 'desc'] as const) : (['first', 'asc'] as const)
  const make = () => text(rowsOf('$1::uuid[]', ids), list, direction)
  return statementOnce(`conversation.timeline.${kind}.${countName(ids)}${name}`, make, asSent)
}
