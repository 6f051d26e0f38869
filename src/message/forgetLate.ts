import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Message } from '../generated/prisma/client.js'
import { forgetLateText } from './forgetText.js'

/** In ms: whoever knew of a message before it was redacted has written down by then what they had to. */
const longestWriting = 5 * 60_000

/** Forgets what redacted messages said and was written down only since. Any node may run it at any time. */
export async function forgetLate(db: Database): Promise<void> {
  const since = new Date(db.clock.now().getTime() - longestWriting)
  for (const message of await db.query<Pick<Message, 'id' | 'conversationId'>>(recent, [since])) {
    await forgetLateText(db, message)
  }
}

const recent = statement(
  'redaction.recent',
  `select m.id, m.conversation_id as "conversationId" from message m
    where m.id in (select x.message_id from message_edit x where x.kind = 'REDACTED' and x.created_at > $1)`,
)
