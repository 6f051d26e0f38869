import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'

/** A delivery under way that has to wait for another try. */
export interface Waiting {
  id: string
  integrationId: string
  /** The lease it was claimed under; one that is no longer held changes nothing. */
  leaseUntil: Date
  until: Date
  /** Whether the try that failed counts towards giving up. */
  counted: boolean
}

/**
 * Puts deliveries back among the waiting. A newer one that waits for the same conversation is taken up, so that there
 * is never more than one. The listeners' locks keep the listeners from storing another in between.
 */
export async function requeue(tx: Transaction, waiting: readonly Waiting[]): Promise<void> {
  if (waiting.length === 0) return
  const rows = JSON.stringify(
    waiting.map(({ id, leaseUntil, until, counted }) => ({ id, lease: leaseUntil, until, counted })),
  )
  await tx.query(lock, [waiting.map(({ integrationId }) => integrationId)])
  await tx.query(takeUpNewer, [rows])
  await tx.query(putBack, [rows])
}

/** Ends the claims of nodes that were killed; only where no other node can be at work. */
export async function endClaims(db: Database): Promise<void> {
  await db.query(end, [])
}

const end = statement(
  'delivery.endClaims',
  `update delivery set lease_until = now() where state = 'IN_FLIGHT'`,
)

/** Puts back what a node took and did not finish in time, such as one that was killed. */
export async function requeueExpired(db: Database): Promise<void> {
  const expired = await db.query<Pick<Waiting, 'id' | 'integrationId' | 'leaseUntil'>>(find, [])
  if (expired.length === 0) return
  await db.transaction((tx) =>
    requeue(
      tx,
      expired.map((delivery) => ({ ...delivery, until: tx.now, counted: true })),
    ),
  )
}

const lock = statement(
  'listener.lock',
  'select 1 from listener where integration_id = any($1::uuid[]) order by integration_id for no key update',
)

// A newer one has no attempts yet, for it could not be claimed while this one was under way.
const takeUpNewer = statement(
  'delivery.takeUpNewer',
  `with newer as (
     delete from delivery n
      using delivery d, jsonb_to_recordset($1::jsonb) as r(id uuid, lease timestamptz)
      where d.id = r.id and d.state = 'IN_FLIGHT' and d.lease_until = r.lease
        and n.integration_id = d.integration_id and n.conversation_id = d.conversation_id and n.state = 'PENDING'
     returning d.id, n.last_position)
   update delivery d set last_position = newer.last_position from newer where d.id = newer.id`,
)

const putBack = statement(
  'delivery.putBack',
  `update delivery d
      set state = 'PENDING', lease_until = null, next_attempt_at = r.until,
          attempt_count = d.attempt_count - case when r.counted then 0 else 1 end
     from jsonb_to_recordset($1::jsonb) as r(id uuid, lease timestamptz, until timestamptz, counted boolean)
    where d.id = r.id and d.state = 'IN_FLIGHT' and d.lease_until = r.lease`,
)

const find = statement(
  'delivery.expired',
  `select id, integration_id as "integrationId", lease_until as "leaseUntil"
     from delivery where state = 'IN_FLIGHT' and lease_until < now() order by lease_until limit 100`,
)
