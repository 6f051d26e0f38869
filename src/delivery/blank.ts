import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'

/** SQL of what becomes of the body of a webhook's delivery `d` that told of something redacted. */
export const blankBody = `(d.body::jsonb || '{"data": null, "errors": [{"message": "Something that it told of was redacted."}]}')::text`

/** SQL of the position of a message's redaction; beyond all others while it has none. */
export function redactedAt(conversationId: string, messageId: string): string {
  return `coalesce((
    select f.position from event e join event_feed f on f.event_id = e.id
     where e.conversation_id = ${conversationId} and e.message_id = ${messageId} and e.type = 'MESSAGE_REDACTED' limit 1),
    ${Number.MAX_SAFE_INTEGER})`
}

/** How long before it is stored the body of a delivery may have been made, in ms. */
const longestMaking = 2 * 60_000

/**
 * Blanks deliveries, just stored, that were made while something they tell of was redacted; gives their new bodies by id.
 * A redaction waits for who has stored some about its conversation, and blanks them itself.
 */
export async function blankRedacted(
  tx: Transaction,
  deliveryIds: readonly string[],
): Promise<Map<string, string>> {
  const since = new Date(tx.now.getTime() - longestMaking)
  const blanked = await tx.query<{ id: string; body: string }>(blank, [deliveryIds, since])
  return new Map(blanked.map(({ id, body }) => [id, body]))
}

const blank = statement(
  'delivery.blankRedacted',
  `with recent as materialized (
     select m.conversation_id, ${redactedAt('m.conversation_id', 'm.id')} as position
       from message_edit x join message m on m.id = x.message_id
      where x.kind = 'REDACTED' and x.created_at > $2)
   update delivery d set body = ${blankBody}
     from recent r
    where d.id = any($1::uuid[]) and d.conversation_id = r.conversation_id and d.first_position < r.position
returning d.id, d.body`,
)
