import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

/** How long it is known what became of a reply, in ms: a day longer than a repeat of the call may ask for it. */
const remembered = 8 * 24 * 60 * 60 * 1_000

/** Forgets the replies that are long sent or undone. */
export async function forgetHeldReplies(db: Database): Promise<void> {
  await db.query(forget, [new Date(db.clock.now().getTime() - remembered)])
}

const forget = statement(
  'heldReply.forget',
  `delete from held_reply where state <> 'HELD' and created_at < $1`,
)
