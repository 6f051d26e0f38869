import type { Database } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import { newId } from '../../ids.js'
import { stopIntegration } from '../../integration/stop.js'
import { stopWebhook } from '../../webhook/stop.js'
import { healthOf, recordHealth } from './breaker.js'
import type { Claimed } from './claim.js'
import { lockListeners, requeue, type Waiting } from './requeue.js'
import type { Verdict } from './verdict.js'

/** One try and what came of it. */
export interface Tried {
  delivery: Claimed
  startedAt: Date
  durationMs: number
  /** Null when no answer came. */
  statusCode: number | null
  note: string
  verdict: Verdict
}

export interface Acknowledged {
  /** Those whose listener somebody else has locked, of which nothing is recorded yet. */
  late: Tried[]
  /** Whether more may be due to the same receivers. */
  isMore: boolean
}

/** Records tries and what they mean for their deliveries and receivers, many at once. */
export async function acknowledge(db: Database, tries: readonly Tried[]): Promise<Acknowledged> {
  if (tries.every(isPlain)) {
    const values = [JSON.stringify(tries.map(rowOf)), db.clock.now()]
    const [after] = await db.query<{ isMore: boolean }>(finish, values)
    return { late: [], isMore: after?.isMore ?? true }
  }
  const late = await db.transaction(async (tx) => {
    const locked = await lockListeners(tx, [...new Set(tries.map(({ delivery }) => delivery.listenerId))])
    const mine = tries.filter(({ delivery }) => locked.has(delivery.listenerId))
    await requeue(
      tx,
      mine.flatMap((tried) => waitingOf(tried, tx.now)),
    )
    if (mine.length > 0) await tx.query(finish, [JSON.stringify(mine.map(rowOf)), tx.now])
    for (const [listenerId, its] of byListener(mine)) {
      const health = healthOf(its.map(({ delivery: { failures }, verdict }) => ({ failures, verdict })))
      const wasWell = its.every(({ delivery }) => delivery.failures === 0)
      if (!wasWell || health.failures > 0 || health.holdUntil) await recordHealth(tx, listenerId, health)
      for (const { delivery, verdict } of its) {
        if (verdict.kind !== 'FAULT') continue
        if (delivery.kind === 'FIN') await stopIntegration(tx, delivery, verdict.fault)
        else await stopWebhook(tx, delivery, verdict.fault)
      }
    }
    return tries.filter(({ delivery }) => !locked.has(delivery.listenerId))
  })
  return { late, isMore: true }
}

/** It is done, it holds up no queue, and its receiver was well. */
function isPlain({ delivery, verdict }: Tried): boolean {
  return delivery.kind === 'FIN' && verdict.kind === 'DELIVERED' && delivery.failures === 0
}

function byListener(tries: readonly Tried[]): Map<string, Tried[]> {
  const groups = new Map<string, Tried[]>()
  for (const tried of tries) {
    const { listenerId } = tried.delivery
    const group = groups.get(listenerId)
    if (group) group.push(tried)
    else groups.set(listenerId, [tried])
  }
  return groups
}

/** After a fault is mended the delivery is due at once. */
function waitingOf({ delivery, verdict }: Tried, now: Date): Waiting[] {
  const { id, listenerId, leaseUntil } = delivery
  if (verdict.kind === 'FAULT' || verdict.kind === 'CUT_OFF')
    return [{ id, listenerId, leaseUntil, until: now, counted: false }]
  if (verdict.kind !== 'WAIT') return []
  return [{ id, listenerId, leaseUntil, until: verdict.until, counted: verdict.counted }]
}

function rowOf({ delivery, startedAt, durationMs, statusCode, note, verdict }: Tried) {
  return {
    id: newId(),
    delivery_id: delivery.id,
    lease: delivery.leaseUntil,
    state: verdict.kind,
    started_at: startedAt,
    duration_ms: durationMs,
    status_code: statusCode,
    note: note || null,
  }
}

/**
 * What is next behind those that are done, about the same, is due. Of one that waits the last 50 tries are kept. When a
 * receiver was last reached is kept to the second. Each delivery is found by its id, as many as there are: of those under
 * way, which an index knows too, the plan would expect next to none.
 */
const finish = statement(
  'delivery.finish',
  `with tried as materialized (
     select * from json_to_recordset($1::json)
       as r(id uuid, delivery_id uuid, lease timestamptz, state text, started_at timestamptz, duration_ms int,
            status_code int, note text)),
        noted as (
     insert into delivery_attempt (id, delivery_id, started_at, duration_ms, status_code, note)
     select id, delivery_id, started_at, duration_ms, status_code, note from tried),
        trimmed as (
     delete from delivery_attempt where id = any(array(
       select a.id from tried t
        cross join lateral (select id from delivery_attempt where delivery_id = t.delivery_id order by id desc offset 49 limit 10) a
        where t.state = 'WAIT'))),
        finished as (
     update delivery d
        set state = tried.state::"DeliveryState", lease_until = null, finished_at = $2
       from tried
      where d.id = tried.delivery_id and d.lease_until = tried.lease and tried.state in ('DELIVERED', 'PARKED')
     returning d.listener_id, d.subject_id, d.integration_id, d.state),
        reached as (
     update listener l set delivered_at = $2
      where l.id = any(array(
              select r.id from listener r where r.id in (select listener_id from finished where state = 'DELIVERED')
                 for no key update skip locked))
        and (l.delivered_at is null or l.delivered_at <= $2::timestamptz - interval '1 s')),
        next as (
     update delivery d
        set state = 'PENDING', next_attempt_at = $2
       from finished f
      cross join lateral (
        select q.id from delivery q
         where q.listener_id = f.listener_id and q.subject_id = f.subject_id and q.state = 'QUEUED'
         order by q.first_position, q.id limit 1) queued
      where d.id = queued.id and f.integration_id is null)
   select exists (
     select 1 from (select distinct listener_id from finished) f
      cross join lateral (
        select 1 from delivery d where d.listener_id = f.listener_id and d.state = 'PENDING' and d.next_attempt_at <= $2
         order by d.next_attempt_at limit 1) due) as "isMore"`,
)
