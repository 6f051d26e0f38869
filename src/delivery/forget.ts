import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

const day = 24 * 60 * 60 * 1_000
const batch = 1_000

/** Forgets deliveries, with their attempts, that were finished `days` ago. Any node may run it at any time. */
export async function forgetOldDeliveries(db: Database, days: number): Promise<void> {
  const before = new Date(db.clock.now().getTime() - days * day)
  let gone: unknown[]
  do gone = await db.query(forget, [before, batch])
  while (gone.length === batch)
}

/** One that somebody sends again at this moment is locked, and stays. */
const forget = statement(
  'delivery.forget',
  `delete from delivery where id = any(array(
     select id from delivery where finished_at < $1 order by finished_at limit $2 for update skip locked)) returning 1`,
)
