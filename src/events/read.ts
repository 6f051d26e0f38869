import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { Prisma } from '../generated/prisma/client.js'
import { eventTypes, type LoggedEvent } from './event.js'

/** Up to `limit` events after a position, in order. */
export async function readEvents(db: Queryable, after: number, limit: number): Promise<LoggedEvent[]> {
  return known(await db.query(page, [after, limit]))
}

/** The same, of some inboxes only. */
export async function readInboxEvents(
  db: Queryable,
  inboxIds: readonly string[],
  after: number,
  limit: number,
): Promise<LoggedEvent[]> {
  return known(await db.query(inboxPage, [after, limit, inboxIds]))
}

const types = new Set<string>(eventTypes)

/** A newer release may write kinds of its own while nodes of both run. */
function known(events: LoggedEvent[]): LoggedEvent[] {
  for (const event of events) if (!types.has(event.type)) event.type = 'OTHER'
  return events
}

/** The position of the newest numbered event; 0 in an empty log. */
export async function newestPosition(db: Queryable): Promise<number> {
  const [row] = await db.query<{ position: number }>(newest, [])
  return row?.position ?? 0
}

/** The position after which the log can still be read without a gap, and that of its newest event. */
export async function readableSpan(db: Queryable): Promise<{ after: number; newest: number }> {
  const [row] = await db.query<{ after: number; newest: number }>(span, [])
  return row ?? { after: 0, newest: 0 }
}

const { id: _, ...fields } = Prisma.EventScalarFieldEnum

const select = `select f.position, ${columns('e', fields)} from event_feed f join event e on e.id = f.event_id`

const page = statement('events.tail', `${select} where f.position > $1 order by f.position limit $2`)

const inboxPage = statement(
  'events.page',
  `${select} where f.position > $1 and e.inbox_id = any($3::uuid[]) order by f.position limit $2`,
)

const span = statement(
  'events.span',
  `select coalesce((select position - 1 from event_feed order by position limit 1), position) as after, position as newest
     from event_log`,
)

const newest = statement('events.newest', 'select position from event_log')
