import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { LogIdentity } from '../events/cursor.js'

/** How far a listener moves at a time, in positions. */
const stride = 50_000

/**
 * Moves on the listeners in whose inbox nothing has happened: a listener hears of its own inbox only, and one that never
 * moved would hold back the feed's expiry. Any node may run it at any time.
 */
export async function moveIdleListeners(db: Database, log: LogIdentity): Promise<void> {
  await db.query(moveIdle, [log, stride, db.clock.now()])
}

const moveIdle = statement(
  'listener.moveIdle',
  `with step as (
     select l.id, l.position as at, least(l.position + $2, n.position) as "to"
       from event_log n, listener l join fin_integration f on f.id = l.integration_id
      where f.archived_at is null and (l.log is null or l.log = $1) and l.position < n.position
        and l.position >= (select min(position) - 1 from event_feed)
        and not exists (select 1 from event_feed p join event e on e.id = p.event_id
                         where p.position > l.position and p.position <= least(l.position + $2, n.position)
                           and e.inbox_id = f.inbox_id))
   update listener l
      set position = s."to", log = $1, updated_at = $3,
          last_event_id = coalesce((select event_id from event_feed where position = s."to"), l.last_event_id)
     from step s where l.id = s.id and l.position = s.at`,
)
