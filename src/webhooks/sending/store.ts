import type { Transaction } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import { newId } from '../../ids.js'
import { failuresAllowed } from './breaker.js'
import { type Claimed, type ClaimedRow, claimedOf, claimedRows, leaseEnd } from './claim.js'

/** The part of the log that one delivery stands for. */
export interface Span {
  first: number
  last: number
}

/**
 * One delivery for each conversation (by stored id), as Fin is told. One that waits already takes the change up and keeps
 * its time: a wait that was asked for is not cut short. Those that may go out now are claimed as they are stored, up to
 * `most`, and returned. The caller has the lock of the listener's row.
 */
export async function storeLatest(
  tx: Transaction,
  listener: { listenerId: string; integrationId: string },
  conversations: ReadonlyMap<string, Span>,
  most: number,
): Promise<Claimed[]> {
  if (conversations.size === 0) return []
  const { listenerId, integrationId } = listener
  const rows = [...conversations].map(([conversation, { first, last }]) => ({
    id: newId(),
    conversation,
    first,
    last,
  }))
  const values = [tx.now, listenerId, JSON.stringify(rows), most, failuresAllowed, integrationId]
  return claimedOf(await tx.query<ClaimedRow>(latest, values))
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

/** One delivery for each event, in their order. What is claimed as it is stored is returned, as by `storeLatest`. */
export async function storeEach(
  tx: Transaction,
  listenerId: string,
  deliveries: readonly EventDelivery[],
  most: number,
): Promise<Claimed[]> {
  const claimed: Claimed[] = []
  for (const part of inParts(deliveries)) {
    claimed.push(...(await storePart(tx, listenerId, part, most - claimed.length)))
  }
  return claimed
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

async function storePart(
  tx: Transaction,
  listenerId: string,
  deliveries: readonly EventDelivery[],
  most: number,
): Promise<Claimed[]> {
  const rows = deliveries.map(({ id, subjectId, conversationId, eventType, body, position }) => ({
    id,
    subject: subjectId,
    conversation: conversationId,
    type: eventType,
    body,
    position,
  }))
  const values = [tx.now, listenerId, JSON.stringify(rows), most, failuresAllowed]
  return claimedOf(await tx.query<ClaimedRow>(each, values))
}

/** The listener, when its receiver is sent whatever is due. */
const sends = `select l.id
       from listener l
       left join fin_integration f on f.id = l.integration_id
       left join webhook w on w.id = l.webhook_id
      where l.id = $2 and l.failures < $5 and (l.held_until is null or l.held_until <= $1)
        and coalesce(f.state, w.state) = 'ACTIVE' and f.fault is null and w.fault is null
        and f.archived_at is null and w.archived_at is null`

/** Whether a delivery in one of these states is about the same; a lookup in each state's index. */
const unfinished = (...states: string[]) =>
  states
    .map(
      (state) =>
        `exists (select 1 from delivery u where u.listener_id = $2 and u.subject_id = r.subject and u.state = '${state}' offset 0)`,
    )
    .join(' or ')

const kept = `(id, listener_id, integration_id, subject_id, conversation_id, event_type, body, state, attempt_count, lease_until,
                              next_attempt_at, first_position, last_position, created_at)`

const taken = `taken as (
     select id, listener_id, conversation_id, body, next_attempt_at, attempt_count, lease_until
       from stored where state = 'IN_FLIGHT')`

const latest = statement(
  'delivery.storeLatest',
  `with given as materialized (
     select * from json_to_recordset($3::json) as r(id uuid, conversation uuid, first bigint, last bigint)),
        free as materialized (
     select r.id from (select id, conversation as subject from given) r
      where exists (${sends}) and not (${unfinished('PENDING', 'IN_FLIGHT')}) limit $4),
        stored as (
     insert into delivery as d ${kept}
     select r.id, $2, $6, r.conversation, r.conversation, null, null,
            case when free.id is null then 'PENDING' else 'IN_FLIGHT' end::"DeliveryState",
            case when free.id is null then 0 else 1 end, case when free.id is not null then ${leaseEnd} end,
            $1, r.first, r.last, $1
       from given r left join free on free.id = r.id
      order by r.conversation
         on conflict (listener_id, subject_id) where state = 'PENDING'
         do update set last_position = greatest(d.last_position, excluded.last_position)
     returning *),
        ${taken}
   ${claimedRows}`,
)

const each = statement(
  'delivery.storeEach',
  `with given as materialized (
     select r.*, row_number() over (partition by r.subject order by r.position) = 1
                 and not (${unfinished('QUEUED', 'PENDING', 'IN_FLIGHT')}) as "isNext"
       from json_to_recordset($3::json) as r(id uuid, subject uuid, conversation uuid, type text, body text, position bigint)),
        free as materialized (
     select id from given where "isNext" and exists (${sends}) order by position limit $4),
        stored as (
     insert into delivery ${kept}
     select r.id, $2, null, r.subject, r.conversation, r.type, r.body,
            case when free.id is not null then 'IN_FLIGHT' when r."isNext" then 'PENDING' else 'QUEUED' end::"DeliveryState",
            case when free.id is null then 0 else 1 end, case when free.id is not null then ${leaseEnd} end,
            $1, r.position, r.position, $1
       from given r left join free on free.id = r.id
     returning *),
        ${taken}
   ${claimedRows}`,
)
