import { type Actor, requireAgent } from '../actor.js'
import { type AndThen, checkAndThen, isNothing, thenChanged } from '../conversation/andThen.js'
import type { ConversationChanged } from '../conversation/assign.js'
import { lockConversation } from '../conversation/lock.js'
import { saveConversation } from '../conversation/save.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { discard } from '../draft/save.js'
import { ValidationError } from '../errors.js'
import { takeUploads } from '../file/attach.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { type Content, cleanContent } from '../message/insert.js'
import { requireQuotable } from '../message/quoted.js'

export interface ReplyToHold extends Content {
  conversationId: string
  /** Of the same conversation; no note. */
  quotedMessageId?: string | null
  andThen?: AndThen | null
  /** How long it can be undone. */
  seconds: number
  expectedVersion?: number | null
}

export interface HeldReplyChanged extends ConversationChanged {
  heldReply: { id: string }
}

const longest = 60

/**
 * Keeps a reply back for some seconds, in which its agent may undo it: what has been sent, Fin may have shown to the
 * customer. Then it is sent as `reply` does. What the end-user writes meanwhile does not stop it, as it would not have
 * stopped a reply that was sent at once; who wants that gives `expectedVersion`, or undoes it.
 */
export function holdReply(db: Database, actor: Actor | null, input: ReplyToHold, call?: RepeatableCall) {
  const agent = requireAgent(actor)
  const content = cleanContent(input)
  const { seconds, expectedVersion } = input
  if (seconds < 1 || seconds > longest) {
    throw new ValidationError('seconds', `A reply is held for 1 to ${longest} seconds.`)
  }
  const andThen = isNothing(input.andThen) ? null : input.andThen
  return transact(db, agent, call, async (tx): Promise<HeldReplyChanged> => {
    const sendsAt = new Date(tx.now.getTime() + seconds * 1_000)
    checkAndThen(andThen, sendsAt)
    const before = await lockConversation(tx, agent, input.conversationId, expectedVersion)
    // Refused now rather than when nobody looks any more.
    await requireQuotable(tx, before.id, input.quotedMessageId, 'PUBLIC')
    await thenChanged(tx, agent, before, {}, andThen)
    const { body, text, attachments } = await takeUploads(tx, agent, content)
    const id = newId()
    await tx.query(insert, [
      id,
      agent.agentId,
      before.id,
      body,
      text,
      JSON.stringify(attachments),
      andThen && JSON.stringify(andThen),
      expectedVersion ?? null,
      sendsAt,
      tx.now,
      input.quotedMessageId ?? null,
    ])
    await tx.query(discard, [agent.agentId, before.id, 'PUBLIC'])
    const conversation = await saveConversation(tx, agent, before, {}, [
      { type: 'REPLY_HELD', changes: { heldReplyId: { from: null, to: id } } },
    ])
    return { heldReply: { id }, conversation }
  })
}

const insert = statement(
  'heldReply.insert',
  `insert into held_reply (id, agent_id, conversation_id, body, text, attachments, and_then, expected_version, sends_at,
                           created_at, quoted_message_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
)
