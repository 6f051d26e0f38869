import type { Actor } from '../actor.js'
import { requireAgent } from '../actor.js'
import { findConversations } from '../conversation/read.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'

export const typingChannel = 'graphdesk_typing'

/** An agent writes, or has stopped. Ephemeral: never in the log, lost when nobody looks. */
export interface TypingSignal {
  conversationId: string
  inboxId: string
  agentId: string
  isTyping: boolean
  /** The node that was told, which alone tells Fin. */
  node: string
}

/** Tells everyone who watches the conversation, on every node. */
export async function setTyping(
  db: Database,
  actor: Actor | null,
  node: string,
  input: { conversationId: string; isTyping: boolean },
) {
  const agent = requireAgent(actor)
  const [conversation] = await findConversations(db, agent, [input.conversationId])
  if (!conversation) throw new NotFoundError('Conversation')
  const signal: TypingSignal = { ...input, inboxId: conversation.inboxId, agentId: agent.agentId, node }
  await db.query(notify, [JSON.stringify(signal)])
  return { conversation }
}

const notify = statement('typing.notify', `select pg_notify('${typingChannel}', $1)`)
