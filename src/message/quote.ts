import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import type { Message } from '../generated/prisma/client.js'
import type { Visibility } from '../generated/prisma/enums.js'

/** Refuses to quote what is of another conversation, or what whoever reads the message may not see. Throws ValidationError. */
export async function requireQuotable(
  tx: Transaction,
  conversationId: string,
  quotedMessageId: string | null | undefined,
  quotedIn: Visibility,
): Promise<void> {
  if (quotedMessageId == null) return
  const [quoted] = await tx.query<Pick<Message, 'visibility'>>(find, [quotedMessageId, conversationId])
  if (!quoted) throw new ValidationError('quotedMessageId', 'Quote a message of the same conversation.')
  if (quotedIn === 'PUBLIC' && quoted.visibility === 'PRIVATE') {
    throw new ValidationError('quotedMessageId', 'A public reply quotes no note: the end-user would see it.')
  }
}

const find = statement(
  'message.quotable',
  'select visibility from message where id = $1 and conversation_id = $2',
)
