import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { DeliveryState } from '../generated/prisma/enums.js'
import type { ReceiverKind } from './attempt.js'

/** The states that are counted: all but those that are done. */
export const countedStates = ['PENDING', 'QUEUED', 'IN_FLIGHT', 'PARKED'] as const satisfies DeliveryState[]

export const receiverKinds: readonly ReceiverKind[] = ['fin', 'webhook']

/** How many deliveries there are in each of these states; where there are none, nothing. */
export function countDeliveries(
  db: Queryable,
): Promise<{ receiver: ReceiverKind; state: (typeof countedStates)[number]; count: number }[]> {
  return db.query(counts, [])
}

/** How long the delivery that has been due longest has been, in seconds, where one is and nobody has stopped its receiver. */
export function longestDue(db: Queryable, now: Date): Promise<{ receiver: ReceiverKind; seconds: number }[]> {
  return db.query(due, [now])
}

/** FAULT: a person has to mend something. PAUSED: by a person. FAILING: it is asked with one delivery at a time. ASKED: it wants nothing yet. */
export type HeldReason = 'FAULT' | 'PAUSED' | 'FAILING' | 'ASKED'

export const heldReasons: readonly HeldReason[] = ['FAULT', 'PAUSED', 'FAILING', 'ASKED']

/** How many receivers are not sent all that is due, each for the first reason that holds. */
export function countHeld(db: Queryable, now: Date): Promise<{ reason: HeldReason; count: number }[]> {
  return db.query(held, [now])
}

const receiver = `case when l.webhook_id is null then 'fin' else 'webhook' end as receiver`

// One reading for each state, which has an index of its own.
const counts = statement(
  'delivery.counts',
  countedStates
    .map(
      (state) => `select ${receiver}, '${state}' as state, count(*) as count
     from delivery d join listener l on l.id = d.listener_id where d.state = '${state}' group by 1`,
    )
    .join(' union all '),
)

const receivers = `listener l
     left join fin_integration f on f.id = l.integration_id
     left join webhook w on w.id = l.webhook_id`

const due = statement(
  'delivery.longestDue',
  `select ${receiver}, extract(epoch from $1::timestamptz - min(d.next_attempt_at))::float8 as seconds
     from ${receivers}
    cross join lateral (
      select next_attempt_at from delivery
       where listener_id = l.id and state = 'PENDING' and next_attempt_at <= $1 order by next_attempt_at limit 1) d
    where coalesce(f.state, w.state) = 'ACTIVE' and coalesce(f.fault, w.fault) is null
      and coalesce(f.archived_at, w.archived_at) is null
    group by 1`,
)

const held = statement(
  'listener.held',
  `select reason, count(*) as count
     from ${receivers}
    cross join lateral (
      select case when coalesce(f.fault, w.fault) is not null then 'FAULT'
                  when coalesce(f.state, w.state) = 'PAUSED' then 'PAUSED'
                  when l.held_until > $1 then 'ASKED'
                  when l.probe_at is not null then 'FAILING' end as reason) r
    where reason is not null and coalesce(f.archived_at, w.archived_at) is null
    group by 1`,
)
