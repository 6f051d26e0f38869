import { type Actor, type AgentActor, requireAgent } from '../actor.js'
import { agentActor } from '../agent/actor.js'
import { lockConversation } from '../conversation/lock.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ConflictError, ExpectedError, NotFoundError, OverloadedError } from '../errors.js'
import type { Conversation, HeldReply } from '../generated/prisma/client.js'
import type { HeldReplyFailure } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import type { Attachment } from '../message/attachments.js'
import { replyIn } from '../message/reply.js'
import type { HeldReplyChanged } from './hold.js'
import { andThenOf, lockHeldReply, ownHeldReply } from './read.js'
import { notHeld, settle, takeBack } from './settle.js'

interface Due extends Pick<HeldReply, 'id' | 'agentId' | 'conversationId' | 'expectedVersion'> {
  inboxId: string
}

/** Sends one's own held reply now. Throws ConflictError when it was sent or undone before. */
export async function sendHeldReply(
  db: Database,
  actor: Actor | null,
  { heldReplyId: id }: { heldReplyId: string },
  call?: RepeatableCall,
) {
  const { agent, held } = await ownHeldReply(db, actor, id)
  return transact(db, agent, call, async (tx): Promise<HeldReplyChanged> => {
    const conversation = await send(tx, agent, held)
    if (!conversation) {
      throw notHeld(await lockConversation(tx, agent, held.conversationId))
    }
    return { heldReply: { id }, conversation }
  })
}

/**
 * Sends the replies whose time has come, each as its agent with the rights of now; any node may run it, one sends each.
 * What cannot be sent any more is its agent's draft again. One that fails otherwise stays for the next time, and holds up
 * no other.
 */
export async function sendHeldReplies(db: Database): Promise<void> {
  const faults: unknown[] = []
  for (const held of await db.query<Due>(due, [db.clock.now()])) {
    await sendInTime(db, held).catch((fault) => faults.push(fault))
  }
  if (faults.length > 0) throw faults[0]
}

async function sendInTime(db: Database, held: Due): Promise<void> {
  try {
    await db.transaction(async (tx) => {
      const agent = await agentActor(tx, held.agentId)
      if (!agent) throw new AgentArchived()
      requireAgent(agent)
      await send(tx, agent, held)
    })
  } catch (error) {
    const failure = failureOf(error)
    if (!failure) throw error
    await db.transaction((tx) => fail(tx, held, failure))
  }
}

/** Null when somebody else has sent or undone it. */
async function send(
  tx: Transaction,
  agent: AgentActor,
  { id, conversationId, expectedVersion }: Omit<Due, 'inboxId'>,
): Promise<Conversation | null> {
  const before = await lockConversation(tx, agent, conversationId)
  const held = await lockHeldReply(tx, id)
  if (!held) return null
  if (expectedVersion !== null && expectedVersion !== before.version) {
    throw new ConflictError(
      `The conversation has version ${before.version}, not ${expectedVersion}. Look at it again, then repeat.`,
      before,
    )
  }
  const { body, text, quotedMessageId } = held
  const attachments = held.attachments as unknown as Attachment[]
  // The reply's own draft went when it was held: what there is now was begun since, or is another's that was undone.
  const content = { body, text, attachments, quotedMessageId, keepsDraft: true }
  // What became of the reply is still to be written.
  const going = { ...tx, commitsBehind: () => undefined }
  const { message, conversation } = await replyIn(going, agent, before, content, andThenOf(held))
  await settle(tx, held, 'SENT', { messageId: message.id })
  return conversation
}

async function fail(tx: Transaction, { id, conversationId, inboxId }: Due, failure: HeldReplyFailure) {
  const system = { kind: 'SYSTEM', inboxIds: [inboxId] } as const
  const before = await lockConversation(tx, system, conversationId)
  const held = await lockHeldReply(tx, id)
  if (held) await takeBack(tx, system, before, held, failure)
}

class AgentArchived extends Error {}

/** Null for what may go well the next time. */
function failureOf(error: unknown): HeldReplyFailure | null {
  if (error instanceof AgentArchived) return 'AGENT_ARCHIVED'
  if (error instanceof ConflictError) return 'MOVED_ON'
  if (error instanceof NotFoundError && error.what === 'Conversation') return 'OUT_OF_SIGHT'
  return error instanceof ExpectedError && !(error instanceof OverloadedError) ? 'REFUSED' : null
}

const due = statement(
  'heldReply.due',
  `select h.id, h.agent_id as "agentId", h.conversation_id as "conversationId",
          h.expected_version as "expectedVersion", c.inbox_id as "inboxId"
     from held_reply h join conversation c on c.id = h.conversation_id
    where h.state = 'HELD' and h.sends_at <= $1 order by h.sends_at, h.id limit 1000`,
)
