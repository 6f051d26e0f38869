import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

/** How long a key is remembered: 7 days, in ms. */
const remembered = 7 * 24 * 60 * 60 * 1_000

/** Forgets the keys whose time is over. */
export async function forgetOldKeys(db: Database): Promise<void> {
  await db.query(forget, [new Date(db.clock.now().getTime() - remembered)])
}

const forget = statement('idempotency.forget', 'delete from idempotency_key where created_at < $1')
