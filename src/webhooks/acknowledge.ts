import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'
import type { Claimed } from './claim.js'
import { requeue, type Waiting } from './requeue.js'
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

/** Records tries and what they mean for their deliveries, many at once. */
export async function acknowledge(db: Database, tries: readonly Tried[]): Promise<void> {
  await db.transaction(async (tx) => {
    await requeue(
      tx,
      tries.flatMap((tried) => waitingOf(tried, tx.now)),
    )
    await tx.query(finish, [JSON.stringify(tries.map(rowOf)), tx.now])
    for (const [integrationId, fault] of faultsOf(tries)) await tx.query(setFault, [integrationId, fault])
  })
}

/** After a fault is mended the delivery is due at once. */
function waitingOf({ delivery, verdict }: Tried, now: Date): Waiting[] {
  const { id, integrationId, leaseUntil } = delivery
  if (verdict.kind === 'FAULT') return [{ id, integrationId, leaseUntil, until: now, counted: false }]
  if (verdict.kind !== 'WAIT') return []
  return [{ id, integrationId, leaseUntil, until: verdict.until, counted: verdict.counted }]
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

/** One fault for each integration. */
function faultsOf(tries: readonly Tried[]): Map<string, string> {
  const faults = new Map<string, string>()
  for (const { delivery, verdict } of tries) {
    if (verdict.kind === 'FAULT') faults.set(delivery.integrationId, verdict.fault)
  }
  return faults
}

const finish = statement(
  'delivery.finish',
  `with tried as (
     select * from jsonb_to_recordset($1::jsonb)
       as r(id uuid, delivery_id uuid, lease timestamptz, state text, started_at timestamptz, duration_ms int,
            status_code int, note text)),
        noted as (
     insert into delivery_attempt (id, delivery_id, started_at, duration_ms, status_code, note)
     select id, delivery_id, started_at, duration_ms, status_code, note from tried)
   update delivery d
      set state = tried.state::"DeliveryState", lease_until = null, finished_at = $2
     from tried
    where d.id = tried.delivery_id and d.state = 'IN_FLIGHT' and d.lease_until = tried.lease
      and tried.state in ('DELIVERED', 'PARKED')`,
)

const setFault = statement('integration.setFault', 'update fin_integration set fault = $2 where id = $1')
