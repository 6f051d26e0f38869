import type { Database, Transaction } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import { newId } from '../../ids.js'
import { type Claimed, leaseSeconds } from './claim.js'

/** A delivery under way that has to wait for another try. */
export interface Waiting {
  id: string
  listenerId: string
  /** The lease it was claimed under; one that is no longer held changes nothing. */
  leaseUntil: string
  until: Date
  /** Whether the try that failed counts towards giving up. */
  counted: boolean
}

/**
 * Puts deliveries back among the waiting. A newer one that waits about the same is taken up, so that there is never more
 * than one. The caller has the listeners' locks, so that no listener stores another in between.
 */
export async function requeue(tx: Transaction, waiting: readonly Waiting[]): Promise<void> {
  if (waiting.length === 0) return
  const rows = JSON.stringify(
    waiting.map(({ id, leaseUntil, until, counted }) => ({ id, lease: leaseUntil, until, counted })),
  )
  await tx.query(takeUpNewer, [rows])
  await tx.query(putBack, [rows])
}

/**
 * Nobody else changes until the transaction ends what waits for these listeners. Returns those whose lock was free: whoever
 * has another may have it for long, and the others need not wait for that.
 */
export async function lockListeners(
  tx: Transaction,
  listenerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const locked = await tx.query<{ id: string }>(lock, [listenerIds])
  return new Set(locked.map(({ id }) => id))
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
  if ((await db.query(find, [])).length === 0) return
  await db.transaction(async (tx) => {
    const found = await tx.query<Pick<Waiting, 'id' | 'listenerId' | 'leaseUntil'>>(find, [])
    const locked = await lockListeners(
      tx,
      found.map(({ listenerId }) => listenerId),
    )
    const expired = found.filter(({ listenerId }) => locked.has(listenerId))
    await tx.query(note, [
      JSON.stringify(expired.map(({ id, leaseUntil }) => ({ id: newId(), delivery: id, lease: leaseUntil }))),
    ])
    await requeue(
      tx,
      expired.map((delivery) => ({ ...delivery, until: tx.now, counted: true })),
    )
  })
}

/**
 * Puts back what this node took and has not begun to send, as it was before. Returns those whose listener somebody else has
 * locked, which are still ours.
 */
export async function giveBack(db: Database, claimed: readonly Claimed[]): Promise<Claimed[]> {
  return db.transaction(async (tx) => {
    const locked = await lockListeners(tx, [...new Set(claimed.map(({ listenerId }) => listenerId))])
    await requeue(
      tx,
      claimed
        .filter(({ listenerId }) => locked.has(listenerId))
        .map(({ id, listenerId, leaseUntil, dueAt }) => ({
          id,
          listenerId,
          leaseUntil,
          until: new Date(dueAt),
          counted: false,
        })),
    )
    return claimed.filter(({ listenerId }) => !locked.has(listenerId))
  })
}

const lock = statement(
  'listener.lock',
  'select id from listener where id = any($1::uuid[]) order by id for no key update skip locked',
)

// A newer one has no attempts yet, for it could not be claimed while this one was under way.
const takeUpNewer = statement(
  'delivery.takeUpNewer',
  `with newer as (
     delete from delivery n
      using delivery d, jsonb_to_recordset($1::jsonb) as r(id uuid, lease timestamptz)
      where d.id = r.id and d.state = 'IN_FLIGHT' and d.lease_until = r.lease
        and n.listener_id = d.listener_id and n.subject_id = d.subject_id and n.state = 'PENDING'
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
  `select id, listener_id as "listenerId", lease_until::text as "leaseUntil"
     from delivery where state = 'IN_FLIGHT' and lease_until < now() order by lease_until limit 100`,
)

/** What was tried and never answered for. The lease proves that nobody else has put it back meanwhile. */
const note = statement(
  'delivery.noteExpired',
  `insert into delivery_attempt (id, delivery_id, started_at, duration_ms, note)
   select r.id, r.delivery, r.lease - interval '${leaseSeconds} s', ${leaseSeconds * 1_000}, 'The node that took this went away before it had an answer.'
     from jsonb_to_recordset($1::jsonb) as r(id uuid, delivery uuid, lease timestamptz)
     join delivery d on d.id = r.delivery and d.state = 'IN_FLIGHT' and d.lease_until = r.lease`,
)
