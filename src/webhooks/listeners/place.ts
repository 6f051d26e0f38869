import type { Queryable, Transaction } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import type { LogIdentity } from '../../events/cursor.js'

/** How far a listener has come. */
export interface Place {
  position: number
  /** The log that it is of; null when a release wrote it that did not say. */
  log: LogIdentity | null
  /** The event at that position, or an earlier one; null when unknown. */
  lastEventId: number | null
}

export async function listenerPlace(db: Queryable, listenerId: string): Promise<Place> {
  const [row] = await db.query<Place>(place, [listenerId])
  if (!row) throw new Error(`The row ${listenerId} is missing from the table listener.`)
  return row
}

/** A step of a listener through a log. */
export interface Step {
  log: LogIdentity
  from: number
  to: number
}

/**
 * Returns false when it is no longer at `from`, or when its webhook is of another revision: then what was heard was not
 * asked for, or not all of it. Until the transaction ends nobody else moves it.
 */
export async function moveListener(
  tx: Transaction,
  listenerId: string,
  { log, from, to }: Step,
  revision: number | null = null,
) {
  return (await tx.query(move, [listenerId, from, to, log, tx.now, revision])).length > 0
}

const place = statement(
  'listener.place',
  'select position, log, last_event_id as "lastEventId" from listener where id = $1',
)

const move = statement(
  'listener.move',
  `update listener
      set position = $3, log = $4, updated_at = $5,
          last_event_id = coalesce((select event_id from event_feed where position = $3), last_event_id)
    where id = $1 and position = $2
      and (webhook_id is null
           or exists (select 1 from webhook w where w.id = webhook_id and w.revision = $6 and w.archived_at is null))
   returning 1`,
)
