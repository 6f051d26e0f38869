import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/** The part of the log that one delivery stands for. */
export interface Span {
  first: number
  last: number
}

/**
 * One delivery for each conversation (by stored id), as Fin is told. One that waits already takes the change up and keeps
 * its time: a wait that was asked for is not cut short. The caller has the lock of the listener's row.
 */
export async function insertLatest(
  tx: Transaction,
  listener: { listenerId: string; integrationId: string },
  conversations: ReadonlyMap<string, Span>,
): Promise<void> {
  if (conversations.size === 0) return
  const rows = [...conversations].map(([conversation, span]) => ({ id: newId(), conversation, ...span }))
  await tx.query(latest, [JSON.stringify(rows), listener.listenerId, listener.integrationId, tx.now])
}

/** What one event is to a webhook. */
export interface EventDelivery {
  id: string
  /** What the event is about; deliveries about the same go out one after the other. */
  subjectId: string
  conversationId: string | null
  eventType: string
  body: string
  position: number
}

/** One delivery for each event, in their order. The caller has the lock of the listener's row. */
export async function insertEach(
  tx: Transaction,
  listenerId: string,
  deliveries: readonly EventDelivery[],
): Promise<void> {
  for (const part of inParts(deliveries)) await insertPart(tx, listenerId, part)
}

/** What goes into one statement, in characters: JSON in PostgreSQL has an end. */
const mostAtOnce = 8_000_000

function inParts(deliveries: readonly EventDelivery[]): EventDelivery[][] {
  const parts: EventDelivery[][] = []
  let size = mostAtOnce
  for (const delivery of deliveries) {
    size += delivery.body.length
    if (size > mostAtOnce) {
      parts.push([])
      size = delivery.body.length
    }
    parts.at(-1)?.push(delivery)
  }
  return parts
}

async function insertPart(tx: Transaction, listenerId: string, deliveries: readonly EventDelivery[]) {
  const rows = deliveries.map(({ id, subjectId, conversationId, eventType, body, position }) => ({
    id,
    subject: subjectId,
    conversation: conversationId,
    type: eventType,
    body,
    position,
  }))
  await tx.query(each, [JSON.stringify(rows), listenerId, tx.now])
}

const latest = statement(
  'delivery.insertLatest',
  `insert into delivery as d (id, listener_id, integration_id, subject_id, conversation_id, next_attempt_at,
                              first_position, last_position, created_at)
   select r.id, $2, $3, r.conversation, r.conversation, $4, r.first, r.last, $4
     from jsonb_to_recordset($1::jsonb) as r(id uuid, conversation uuid, first bigint, last bigint)
    order by r.conversation
       on conflict (listener_id, subject_id) where state = 'PENDING'
       do update set last_position = greatest(d.last_position, excluded.last_position)`,
)

const each = statement(
  'delivery.insertEach',
  `insert into delivery (id, listener_id, subject_id, conversation_id, event_type, body, state, next_attempt_at,
                         first_position, last_position, created_at)
   select r.id, $2, r.subject, r.conversation, r.type, r.body,
          case when row_number() over (partition by r.subject order by r.position) > 1
                 or exists (select 1 from delivery u
                             where u.listener_id = $2 and u.subject_id = r.subject and u.state in ('QUEUED', 'PENDING', 'IN_FLIGHT'))
               then 'QUEUED' else 'PENDING' end::"DeliveryState",
          $3, r.position, r.position, $3
     from jsonb_to_recordset($1::jsonb) as r(id uuid, subject uuid, conversation uuid, type text, body text, position bigint)`,
)
