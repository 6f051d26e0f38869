import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { forgetText } from './forgetText.js'
import { lockMessage } from './lock.js'
import type { MessageAdded } from './reply.js'
import { nothing, rewrite } from './rewrite.js'
import { titleWithout } from './titleWithout.js'

/**
 * Removes what a message said from wherever it is stored: that it was said, when and by whom, stays. A repeat changes
 * nothing more, but removes what has come since.
 */
export function redactMessage(
  db: Database,
  actor: Actor | null,
  { messageId }: { messageId: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx): Promise<MessageAdded> => {
    const locked = await lockMessage(tx, admin, messageId)
    const title = await titleWithout(tx, locked)
    const redacted = locked.message.redactedAt
      ? locked
      : await rewrite(tx, admin, locked, 'REDACTED', nothing, { title })
    await forgetText(tx, locked.message)
    return redacted
  })
}
