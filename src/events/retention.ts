import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

const day = 24 * 60 * 60 * 1_000
/** How many positions the feed has room for beyond the newest. */
const room = 4_000_000

/**
 * Drops the parts of the feed whose events are all older than `days`; the events themselves stay. A listener that has
 * not passed a part holds it back, for as many days again at most. Any node may run it at any time. Returns false when
 * a part is in use, as by a backup, and has to wait for the next time.
 */
export async function expireFeed(db: Database, days: number): Promise<boolean> {
  const before = (age: number) => new Date(db.clock.now().getTime() - age)
  await db.query(extend, [room])
  const [row] = await db.query<{ before: number | null }>(expired, [
    before(days * day),
    before(2 * days * day),
  ])
  if (!row?.before) return true
  const [done] = await db.query<{ dropped: boolean }>(drop, [row.before])
  return done?.dropped ?? false
}

const extend = statement('feed.extend', 'select event_feed_extend(position + $1) from event_log')

/** A part is as old as its last event. The part that is written to may be among them: it is never dropped. */
const expired = statement(
  'feed.expired',
  `select max(p.ends) as before
     from event_feed_part p
    cross join lateral (select numbered_at as at from event_feed where position < p.ends order by position desc limit 1) last
    where last.at < $1
      and (last.at < $2
           or not exists (select 1 from listener l
                            left join fin_integration f on f.id = l.integration_id
                            left join webhook w on w.id = l.webhook_id
                           where f.archived_at is null and w.archived_at is null and l.position < p.ends - 1))`,
)

const drop = statement('feed.drop', 'select event_feed_drop($1) as dropped')
