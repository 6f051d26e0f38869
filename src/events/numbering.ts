import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

export const channel = 'graphdesk_events'

/**
 * Gives the committed, unnumbered events their positions, in order of id. Any node may run it at any time: the lock
 * is taken by a statement of its own, so that the numbering sees everything committed before it.
 */
export async function numberEvents(db: Database): Promise<void> {
  for (let count = most; count === most; ) {
    const [waiting] = await db.query(pending, [])
    if (!waiting) return
    count = await db.transaction(async (tx) => {
      await tx.query(lock, [])
      const numbering = tx.query<{ count: number }>(number, [most])
      tx.commitsBehind(numbering)
      const [numbered] = await numbering
      return numbered?.count ?? 0
    })
  }
}

/** At a time: however many wait, a statement must come to its end before its time is over. */
const most = 10_000

const pending = statement('events.pending', 'select 1 from event_pending limit 1')

const lock = statement('events.lock', `select pg_advisory_xact_lock(hashtext('graphdesk.event_log'))`)

const number = statement(
  'events.number',
  `with first as (select event_id from event_pending order by event_id limit $1),
        taken as (
          delete from event_pending p using first f where p.event_id = f.event_id returning p.event_id),
        log as (update event_log set position = position + (select count(*) from taken) returning position),
        numbered as (
          insert into event_feed (position, event_id)
          select log.position - count(*) over () + row_number() over (order by event_id), event_id
            from taken, log
          returning 1)
   select pg_notify('${channel}', ''), (select count(*)::int from taken) as count from numbered limit 1`,
)
