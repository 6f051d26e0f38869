import type { Database, Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/** The part of the log that one delivery stands for. */
export interface Span {
  first: number
  last: number
}

/** How far an integration's listener has come; throws when it has none. */
export async function listenerPosition(db: Queryable, integrationId: string): Promise<number> {
  const [row] = await db.query<{ position: number }>(position, [integrationId])
  if (!row) throw new Error('A Fin integration has no listener: its row is missing from the table listener.')
  return row.position
}

/**
 * Moves the listener on and stores, in the same transaction, a delivery for each conversation (by stored id). Returns
 * false and does nothing when the listener is no longer at `from`: another node was faster.
 */
export function storeDeliveries(
  db: Database,
  integrationId: string,
  { from, to }: { from: number; to: number },
  conversations: ReadonlyMap<string, Span>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [moved] = await tx.query(move, [integrationId, from, to, tx.now])
    if (!moved) return false
    if (conversations.size > 0) {
      const rows = [...conversations].map(([conversation, span]) => ({ id: newId(), conversation, ...span }))
      await tx.query(insert, [JSON.stringify(rows), integrationId, tx.now])
    }
    return true
  })
}

const position = statement('listener.position', 'select position from listener where integration_id = $1')

const move = statement(
  'listener.move',
  `update listener set position = $3, updated_at = $4 where integration_id = $1 and position = $2 returning 1`,
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
