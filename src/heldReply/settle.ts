import type { Actor } from '../actor.js'
import type { LockedConversation } from '../conversation/lock.js'
import { saveConversation } from '../conversation/save.js'
import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { giveBack } from '../draft/giveBack.js'
import { ConflictError } from '../errors.js'
import type { Conversation, HeldReply } from '../generated/prisma/client.js'
import type { HeldReplyFailure, HeldReplyState } from '../generated/prisma/enums.js'

/** A locked reply is held no more. What it says is elsewhere now: in the message, or in the draft. */
export async function settle(
  tx: Transaction,
  { id }: HeldReply,
  state: HeldReplyState,
  { messageId = null, failure = null }: Partial<Pick<HeldReply, 'messageId' | 'failure'>>,
): Promise<void> {
  await tx.query(settling, [id, state, messageId, failure])
}

/** Ends a locked reply that is not sent, and makes it its agent's draft; `failure` says why, when that was not their wish. */
export async function takeBack(
  tx: Transaction,
  actor: Actor,
  before: LockedConversation,
  held: HeldReply,
  failure: HeldReplyFailure | null,
): Promise<Conversation> {
  await giveBack(tx, held, failure)
  await settle(tx, held, failure ? 'FAILED' : 'UNDONE', { failure })
  const changes = {
    heldReplyId: { from: held.id, to: null },
    ...(failure && { failure: { from: null, to: failure } }),
  }
  return saveConversation(tx, actor, before, {}, [{ type: 'REPLY_UNDONE', changes }])
}

/** What whoever comes too late is told: of undoing and sending exactly one happens. */
export function notHeld(conversation: Conversation): ConflictError {
  return new ConflictError('The reply is no longer held: it was sent or undone before.', conversation)
}

const settling = statement(
  'heldReply.settle',
  `update held_reply set state = $2, message_id = $3, failure = $4, body = null, text = '', attachments = '[]', quoted_message_id = null
    where id = $1`,
)
