import type { Actor } from '../actor.js'
import { lockConversation } from '../conversation/lock.js'
import type { Database } from '../database/database.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import type { HeldReplyChanged } from './hold.js'
import { lockHeldReply, ownHeldReply } from './read.js'
import { notHeld, takeBack } from './settle.js'

/** Takes back one's own reply before it is sent: it is one's draft again. Throws ConflictError when it was sent first. */
export async function undoReply(
  db: Database,
  actor: Actor | null,
  { heldReplyId: id }: { heldReplyId: string },
  call?: RepeatableCall,
) {
  const { agent, held } = await ownHeldReply(db, actor, id)
  return transact(db, agent, call, async (tx): Promise<HeldReplyChanged> => {
    const before = await lockConversation(tx, agent, held.conversationId)
    const locked = await lockHeldReply(tx, id)
    if (!locked) throw notHeld(before)
    return { heldReply: { id }, conversation: await takeBack(tx, agent, before, locked, null) }
  })
}
