import { type Actor, attribution } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type NewEvent, type RowChange, schemaVersion } from './event.js'

/** What the events are about; `revision` is the conversation's before them. */
export interface EventSubject {
  inboxId: string
  conversationId: string | null
  revision: number | null
  row?: RowChange
}

/**
 * Writes events into the change's own transaction, without a position, in the order given. Must come after the
 * conversation's row lock: the ids taken here are what keeps a conversation's events in the order of its changes.
 */
export async function appendEvents(
  tx: Transaction,
  actor: Actor,
  subject: EventSubject,
  events: readonly NewEvent[],
) {
  if (events.length === 0) return
  const by = attribution(actor)
  const rows = events.map((event, index) => ({
    type: event.type,
    message_id: event.messageId ?? null,
    end_user_id: event.endUserId ?? null,
    revision: subject.revision === null ? null : subject.revision + index + 1,
    changes: event.changes ?? {},
    cause: event.cause ?? null,
    row: index === events.length - 1 ? (subject.row ?? null) : null,
  }))
  tx.announceCommit()
  await tx.query(insert, [
    JSON.stringify(rows),
    subject.inboxId,
    subject.conversationId,
    by.actorKind,
    by.actorId,
    by.origin,
    by.integrationId,
    tx.now,
  ])
}

const insert = statement(
  'events.append',
  `with written as (
     insert into event (type, message_id, end_user_id, revision, changes, cause, row, schema_version,
                        inbox_id, conversation_id, actor_kind, actor_id, origin, integration_id, occurred_at)
     select r.type, r.message_id, r.end_user_id, r.revision, r.changes, r.cause, r.row, ${schemaVersion},
            $2::uuid, $3::uuid, $4::"ActorKind", $5::uuid, $6::"OriginApi", $7::uuid, $8::timestamptz
       from rows from (jsonb_to_recordset($1::jsonb)
              as (type text, message_id uuid, end_user_id uuid, revision int, changes jsonb, cause text, row jsonb))
              with ordinality r (type, message_id, end_user_id, revision, changes, cause, row, place)
      order by r.place
     returning id)
   insert into event_pending (event_id) select id from written`,
)
