import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ConflictError, NotFoundError } from '../errors.js'
import { type Conversation, Prisma } from '../generated/prisma/client.js'

/** A conversation that nobody else can change until this transaction ends. */
export interface LockedConversation extends Conversation {
  /** Nobody, a bot such as Fin, or a person. */
  assigneeIsBot: boolean | null
}

/**
 * Takes the conversation's row lock; must be the operation's first statement, since seq, revision and event ids rest
 * on it. Throws NotFoundError, or ConflictError when `expectedVersion` is not the present one.
 */
export async function lockConversation(
  tx: Transaction,
  actor: Actor,
  id: string,
  expectedVersion?: number | null,
): Promise<LockedConversation> {
  const [conversation] = await tx.query<LockedConversation>(lock, [id, actor.inboxIds])
  if (!conversation) throw new NotFoundError('Conversation')
  if (expectedVersion != null && expectedVersion !== conversation.version) {
    throw new ConflictError(
      `The conversation has version ${conversation.version}, not ${expectedVersion}. Look at it again, then repeat.`,
      conversation,
    )
  }
  return conversation
}

/** A person or a team has it, so Fin may not take it or undo what they did. */
export function heldByHumans(conversation: LockedConversation): boolean {
  return conversation.assigneeIsBot === false || conversation.teamId !== null
}

const lock = statement(
  'conversation.lock',
  `select ${columns('c', Prisma.ConversationScalarFieldEnum)},
          (select a.is_bot from agent a where a.id = c.assignee_id) as "assigneeIsBot"
     from conversation c where c.id = $1 and c.inbox_id = any($2::uuid[])
      for no key update of c`,
)
