import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { lockConversation } from './lock.js'
import { saveConversation } from './save.js'

/** Opens the conversations whose snooze is over; any node may run it, one wakes each. Returns how many it looked at. */
export async function wakeConversations(db: Database): Promise<number> {
  const due = await db.query<{ id: string; inboxId: string }>(snoozed, [db.clock.now()])
  for (const { id, inboxId } of due) {
    await db
      .transaction(async (tx) => {
        const system = { kind: 'SYSTEM', inboxIds: [inboxId] } as const
        const before = await lockConversation(tx, system, id)
        if (before.status !== 'SNOOZED' || !before.snoozedUntil || before.snoozedUntil > tx.now) return
        await saveConversation(tx, system, before, { status: 'OPEN', snoozedUntil: null }, [], {
          STATUS_CHANGED: 'SNOOZE_ENDED',
        })
      })
      .catch((error) => {
        if (!(error instanceof NotFoundError)) throw error
      })
  }
  return due.length
}

const snoozed = statement(
  'conversation.snoozed',
  `select id, inbox_id as "inboxId" from conversation
    where status = 'SNOOZED' and snoozed_until <= $1 order by snoozed_until limit 100`,
)
