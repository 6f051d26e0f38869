import { type Actor, requireAgent } from '../actor.js'
import type { Database } from '../database/database.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockMessage, requireAuthor } from './lock.js'
import type { MessageAdded } from './reply.js'
import { nothing, rewrite } from './rewrite.js'

/** Deletes one's own message, or for an admin any: it keeps its place and says nothing any more. */
export function deleteMessage(
  db: Database,
  actor: Actor | null,
  { messageId }: { messageId: string },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<MessageAdded> => {
    const locked = await lockMessage(tx, agent, messageId)
    requireAuthor(agent, locked.message)
    if (locked.message.deletedAt || locked.message.redactedAt) return locked
    return rewrite(tx, agent, locked, 'DELETED', nothing)
  })
}
