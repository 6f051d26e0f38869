import { type Actor, type AgentActor, requireAdmin, seesNotes } from '../actor.js'
import { type LockedConversation, lockConversation } from '../conversation/lock.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type Message, Prisma } from '../generated/prisma/client.js'

/** A message that nobody else can change until this transaction ends, as its conversation. */
export interface LockedMessage {
  conversation: LockedConversation
  message: Message & { authorIsBot: boolean | null }
}

/** Takes the lock of the conversation's row; must be the operation's first statements. Throws NotFoundError. */
export async function lockMessage(tx: Transaction, actor: Actor, id: string): Promise<LockedMessage> {
  const [place] = await tx.query<{ conversationId: string }>(find, [id, actor.inboxIds, seesNotes(actor)])
  if (!place) throw new NotFoundError('Message')
  const conversation = await lockConversation(tx, actor, place.conversationId)
  const [message] = await tx.query<LockedMessage['message']>(read, [id])
  if (!message) throw new NotFoundError('Message')
  return { conversation, message }
}

/** Refuses everyone but its author and an admin. */
export function requireAuthor(agent: AgentActor, { authorAgentId }: Pick<Message, 'authorAgentId'>): void {
  if (authorAgentId !== agent.agentId) requireAdmin(agent)
}

const find = statement(
  'message.place',
  `select m.conversation_id as "conversationId" from message m join conversation c on c.id = m.conversation_id
    where m.id = $1 and c.inbox_id = any($2::uuid[]) and ($3 or m.visibility = 'PUBLIC')`,
)

const read = statement(
  'message.locked',
  `select ${columns('m', Prisma.MessageScalarFieldEnum)},
          (select a.is_bot from agent a where a.id = m.author_agent_id) as "authorIsBot"
     from message m where m.id = $1`,
)
