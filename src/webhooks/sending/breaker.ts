import type { Queryable, Transaction } from '../../database/database.js'
import { statement } from '../../database/statement.js'
import { leaseSeconds } from './claim.js'
import type { Verdict } from './verdict.js'

/** Failures in a row after which a receiver is asked by one delivery at a time. */
export const failuresAllowed = 5

/** What a listener's receiver did with some deliveries, one after the other. */
export interface Health {
  /** It took one, or refused one for what it says: it works. */
  isWell: boolean
  /** How often it could not take one since. */
  failures: number
  /** How many of those asked whether it can again. */
  probes: number
  /** It asked for nothing before. */
  holdUntil: Date | null
}

/** `failures`: how often the receiver had failed in a row when a delivery was claimed. */
export function healthOf(tries: readonly { failures: number; verdict: Verdict }[]): Health {
  const health: Health = { isWell: false, failures: 0, probes: 0, holdUntil: null }
  for (const { failures, verdict } of tries) {
    if (verdict.kind === 'DELIVERED' || (verdict.kind === 'PARKED' && !verdict.unable)) {
      health.isWell = true
      health.failures = 0
      health.probes = 0
    } else if (verdict.kind === 'PARKED' || (verdict.kind === 'WAIT' && verdict.counted)) {
      health.failures++
      if (failures >= failuresAllowed) health.probes++
    } else if (verdict.kind === 'WAIT' && verdict.until > (health.holdUntil ?? 0)) {
      health.holdUntil = verdict.until
    }
  }
  return health
}

/**
 * Keeps what became of a receiver. After some failures in a row, or a wait that it asked for, it gets one delivery at a
 * time; the first that it takes ends that, and makes what waits after failures due.
 */
export async function recordHealth(
  tx: Transaction,
  listenerId: string,
  { isWell, failures, probes, holdUntil }: Health,
): Promise<void> {
  const [recorded] = await tx.query<{ isRecovery: boolean }>(record, [
    listenerId,
    isWell,
    failures,
    holdUntil,
    failuresAllowed,
    tx.now,
    random(),
    probes,
  ])
  if (recorded?.isRecovery) await tx.query(makeDue, [listenerId, tx.now])
}

/**
 * Of listeners whose receivers fail, those that may ask theirs now, with one delivery; until that is answered, or its lease
 * has ended, no other node may.
 */
export async function beginProbes(
  db: Queryable,
  now: Date,
  listenerIds: readonly string[],
): Promise<string[]> {
  if (listenerIds.length === 0) return []
  const rows = await db.query<{ id: string }>(probe, [listenerIds, now, failuresAllowed])
  return rows.map(({ id }) => id)
}

/** Up to a fifth shorter, so that nodes and receivers do not all ask at once. */
function random(): number {
  return 1 - Math.random() / 5
}

/**
 * What failed at the same time counts up to where probing begins; from there on only a probe makes the next one later. One
 * that asked to wait is asked by one delivery after it, however long it was well before.
 */
const record = statement(
  'listener.recordHealth',
  `with before as (select id, failures from listener where id = $1 for no key update),
        after as (
     select greatest(case when $2 or failures < $5 then least(case when $2 then 0 else failures end + $3::int, $5)
                          else failures + $8::int end,
                     case when $4::timestamptz is not null then $5 end) as failures
       from before)
   update listener l
      set failures = after.failures,
          held_until = greatest(l.held_until, $4::timestamptz),
          probe_at = case when after.failures >= $5
                          then greatest($4, case when $4 is null or $3 + $8 > 0 then
                            $6::timestamptz + interval '5 s' * $7::float8 * least(2 ^ (after.failures - $5), 12) end) end
     from before, after
    where l.id = before.id
   returning before.failures >= $5 and after.failures < $5 as "isRecovery"`,
)

/**
 * Those that the receiver asked to wait are held by that, not by their own time. Those that were never tried are due by
 * themselves.
 */
const makeDue = statement(
  'delivery.makeDue',
  `update delivery set next_attempt_at = $2
    where listener_id = $1 and state = 'PENDING' and next_attempt_at > $2 and attempt_count > 0`,
)

const probe = statement(
  'listener.probe',
  `update listener l
      set probe_at = $2::timestamptz + interval '${leaseSeconds} s'
    where l.id = any($1::uuid[]) and l.failures >= $3 and l.probe_at <= $2 and (l.held_until is null or l.held_until <= $2)
      and exists (select 1 from delivery d where d.listener_id = l.id and d.state = 'PENDING' and d.next_attempt_at <= $2
                     and not exists (select 1 from delivery u
                                      where u.listener_id = d.listener_id and u.subject_id = d.subject_id and u.state = 'IN_FLIGHT'))
   returning l.id`,
)
