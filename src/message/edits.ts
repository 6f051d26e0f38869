import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type MessageEdit, Prisma } from '../generated/prisma/client.js'

/** What was done to these messages, which the caller has made sure may be seen, in its order. */
export function editsOf(db: Queryable, messageIds: readonly string[]): Promise<MessageEdit[]> {
  return db.query(ofMessages, [messageIds])
}

const ofMessages = statement(
  'message.edits',
  `select ${columns('e', Prisma.MessageEditScalarFieldEnum)} from message_edit e
    where e.message_id = any($1::uuid[]) order by e.message_id, e.id`,
)
