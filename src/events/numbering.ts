import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

export const channel = 'graphdesk_events'

/**
 * Gives the committed, unnumbered events their positions, in order of id. Any node may run it at any time: the lock
 * is taken by a statement of its own, so that the numbering sees everything committed before it.
 */
export async function numberEvents(db: Database): Promise<void> {
  const [waiting] = await db.query(pending, [])
  if (!waiting) return
  await db.transaction(async (tx) => {
    await tx.query(lock, [])
    await tx.query(number, [])
  })
}

const pending = statement('events.pending', 'select 1 from event_pending limit 1')

const lock = statement('events.lock', `select pg_advisory_xact_lock(hashtext('graphdesk.event_log'))`)

const number = statement(
  'events.number',
  `with taken as (delete from event_pending returning event_id),
        log as (update event_log set position = position + (select count(*) from taken) returning position),
        numbered as (
          insert into event_feed (position, event_id)
          select log.position - count(*) over () + row_number() over (order by event_id), event_id
            from taken, log
          returning 1)
   select pg_notify('${channel}', '') from numbered limit 1`,
)
