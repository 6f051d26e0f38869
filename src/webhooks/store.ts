import type { Database, Queryable, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { LogIdentity } from '../events/cursor.js'
import { newId } from '../ids.js'

/** The part of the log that one delivery stands for. */
export interface Span {
  first: number
  last: number
}

/** How far an integration's listener has come. */
export interface Place {
  position: number
  /** The log that it is of; null when a release wrote it that did not say. */
  log: LogIdentity | null
  /** The event at that position, or an earlier one; null when unknown. */
  lastEventId: number | null
}

/** Throws when it has no listener. */
export async function listenerPlace(db: Queryable, integrationId: string): Promise<Place> {
  const [row] = await db.query<Place>(place, [integrationId])
  if (!row) throw new Error('A Fin integration has no listener: its row is missing from the table listener.')
  return row
}

export async function listenerPosition(db: Queryable, integrationId: string): Promise<number> {
  return (await listenerPlace(db, integrationId)).position
}

/** A step of a listener through a log. */
export interface Step {
  log: LogIdentity
  from: number
  to: number
}

/**
 * Moves the listener on and stores, in the same transaction, a delivery for each conversation (by stored id). Returns
 * false and does nothing when the listener is no longer at `from`: another node was faster.
 */
export function storeDeliveries(
  db: Database,
  integrationId: string,
  step: Step,
  conversations: ReadonlyMap<string, Span>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await moveListener(tx, integrationId, step))) return false
    await insertDeliveries(tx, integrationId, conversations)
    return true
  })
}

/** Returns false when it is no longer there; until the transaction ends nobody else moves it. */
export async function moveListener(tx: Transaction, integrationId: string, { log, from, to }: Step) {
  return (await tx.query(move, [integrationId, from, to, log, tx.now])).length > 0
}

export async function insertDeliveries(
  tx: Transaction,
  integrationId: string,
  conversations: ReadonlyMap<string, Span>,
): Promise<void> {
  if (conversations.size === 0) return
  const rows = [...conversations].map(([conversation, span]) => ({ id: newId(), conversation, ...span }))
  await tx.query(insert, [JSON.stringify(rows), integrationId, tx.now])
}

const place = statement(
  'listener.place',
  'select position, log, last_event_id as "lastEventId" from listener where integration_id = $1',
)

const move = statement(
  'listener.move',
  `update listener
      set position = $3, log = $4, updated_at = $5,
          last_event_id = coalesce((select event_id from event_feed where position = $3), last_event_id)
    where integration_id = $1 and position = $2 returning 1`,
)

/** What is waiting already takes the change up and keeps its time: a wait that was asked for is not cut short. */
const insert = statement(
  'delivery.insert',
  `insert into delivery as d (id, integration_id, conversation_id, next_attempt_at, first_position, last_position, created_at)
   select r.id, $2, r.conversation, $3, r.first, r.last, $3
     from jsonb_to_recordset($1::jsonb) as r(id uuid, conversation uuid, first bigint, last bigint)
    order by r.conversation
       on conflict (integration_id, conversation_id) where state = 'PENDING'
       do update set last_position = greatest(d.last_position, excluded.last_position)`,
)
