import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

const day = 24 * 60 * 60 * 1_000
const batch = 1_000

/** Forgets deliveries, with their attempts, that were finished `days` ago. Any node may run it at any time. */
export async function forgetOldDeliveries(db: Database, days: number): Promise<void> {
  await db.query(giveUp, [db.clock.now()])
  const before = new Date(db.clock.now().getTime() - days * day)
  let gone: unknown[]
  do gone = await db.query(forget, [before, batch])
  while (gone.length === batch)
}

/** What was under way when its receiver was archived, and came back. */
const giveUp = statement(
  'delivery.giveUpArchived',
  `update delivery d set state = 'PARKED', finished_at = $1
     from listener l
     left join fin_integration f on f.id = l.integration_id
     left join webhook w on w.id = l.webhook_id
    where d.listener_id = l.id and d.state in ('PENDING', 'QUEUED')
      and coalesce(f.archived_at, w.archived_at) is not null`,
)

/** One that somebody sends again at this moment is locked, and stays. */
const forget = statement(
  'delivery.forget',
  `delete from delivery where id = any(array(
     select id from delivery where finished_at < $1 order by finished_at limit $2 for update skip locked)) returning 1`,
)
