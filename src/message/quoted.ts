import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import type { Visibility } from '../generated/prisma/enums.js'

/** Refuses to quote what is not of the conversation, and in public what is a note. Throws ValidationError. */
export async function requireQuotable(
  tx: Transaction,
  conversationId: string,
  messageId: string | null | undefined,
  visibility: Visibility,
): Promise<void> {
  if (messageId == null) return
  const [quoted] = await tx.query<{ visibility: Visibility }>(byId, [conversationId, messageId])
  if (!quoted) throw new ValidationError('quotedMessageId', 'Quote a message of this conversation.')
  if (visibility === 'PUBLIC' && quoted.visibility === 'PRIVATE') {
    throw new ValidationError('quotedMessageId', 'A note is for agents only: quote it in a note.')
  }
}

const byId = statement(
  'message.quoted',
  'select m.visibility from message m where m.conversation_id = $1 and m.id = $2',
)
