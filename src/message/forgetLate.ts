import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Message } from '../generated/prisma/client.js'
import { forgetText } from './forgetText.js'

/** In ms: whoever knew of a message before it was redacted has written down by then what they had to. */
const longestWriting = 5 * 60_000

/**
 * Forgets once more what redacted messages said: an answer that a receiver gave, or a call that was recorded, after the
 * redaction of what it repeats. Any node may run it at any time.
 */
export async function forgetLate(db: Database): Promise<void> {
  const since = new Date(db.clock.now().getTime() - longestWriting)
  for (const message of await db.query<Pick<Message, 'id' | 'conversationId' | 'seq'>>(recent, [since])) {
    await db.transaction((tx) => forgetText(tx, message))
  }
}

const recent = statement(
  'redaction.recent',
  `select m.id, m.conversation_id as "conversationId", m.seq from message m
    where m.id in (select x.message_id from message_edit x where x.kind = 'REDACTED' and x.created_at > $1)`,
)
