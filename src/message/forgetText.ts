import type { Queryable, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { blankBody, redactedAt } from '../delivery/blank.js'
import type { Message } from '../generated/prisma/client.js'

/**
 * Blanks what copies there are of a redacted message, found by ids and never by their text: its history, what stands for
 * it in repeats, what an integration's log could not read of its conversation, its files, and what webhooks were told of
 * its conversation since it was written. Their deliveries go out all the same, and say that something was redacted.
 */
export async function forgetText(
  tx: Transaction,
  { id, conversationId, seq }: Pick<Message, 'id' | 'conversationId' | 'seq'>,
): Promise<void> {
  // A delivery that is being stored holds the row of its conversation: it is waited for, and later ones wait.
  await tx.query(holdDeliveries, [conversationId])
  await Promise.all([
    tx.query(blankMessage, [id]),
    tx.query(blankEdits, [id]),
    seq === 1 ? tx.query(blankOpening, [conversationId]) : null,
    tx.query(blankKeys, [id, conversationId]),
    tx.query(blankKeysBefore, [id, conversationId]),
    tx.query(blankLog, [conversationId]),
    tx.query(blankCalls, [id]),
    tx.query(removeFiles, [id, tx.now]),
    tx.query(removeUploads, [id, tx.now]),
    tx.query(blankAttempts, [conversationId, id]),
    tx.query(blankDeliveries, [conversationId, id]),
  ])
}

/** What may be written down after a redaction: what a receiver answers to what it was sent before, and a call's record. */
export async function forgetLateText(
  db: Queryable,
  { id, conversationId }: Pick<Message, 'id' | 'conversationId'>,
): Promise<void> {
  await db.query(blankAttempts, [conversationId, id])
  await db.query(blankCalls, [id])
}

const holdDeliveries = statement(
  'redaction.holdDeliveries',
  'select 1 from conversation where id = $1 for update',
)

/** Of a text of a few words a fingerprint tells the words. */
const blankMessage = statement(
  'redaction.message',
  'update message set input_hash = null where id = $1 and input_hash is not null',
)

const blankEdits = statement(
  'redaction.edits',
  `update message_edit set body = null, text = '', attachments = '[]'
    where message_id = $1 and (body is not null or text <> '' or attachments <> '[]')`,
)

const blankOpening = statement(
  'redaction.opening',
  'update conversation set input_hash = null where id = $1 and input_hash is not null',
)

/** Those of calls that said it: they have the time of its event, or of its edit. */
const blankKeys = statement(
  'redaction.keys',
  `with said as (
     select e.occurred_at as at from event e where e.conversation_id = $2 and e.message_id = $1 and e.type = 'MESSAGE_ADDED'
     union
     select e.created_at from message_edit e where e.message_id = $1)
   update idempotency_key k set input_hash = ''
    where k.input_hash <> '' and k.created_at in (select at from said)
      and (k.result ->> 'message' = $1::text or k.mutation = 'openConversation' and k.result ->> 'conversation' = $2::text)`,
)

/** What its author drafted there, or held, was said at any time before. */
const blankKeysBefore = statement(
  'redaction.keysBefore',
  `update idempotency_key k set input_hash = ''
     from message m
    where m.id = $1 and k.actor_id = m.author_agent_id and k.input_hash <> ''
      and k.mutation in ('saveDraft', 'holdReply') and k.result ->> 'conversation' = $2::text`,
)

const blankLog = statement(
  'redaction.log',
  `update integration_log set value = null, digest = null
    where conversation_id = $1 and value is not null and kind <> 'DIFFERENT_REPEAT'`,
)

/**
 * Of those that sent it: by the integration's own id of it, or from its time. An integration has at most some thousands.
 */
const blankCalls = statement(
  'redaction.calls',
  `update integration_call c set request = null, problem = null
     from message m join event e on e.conversation_id = m.conversation_id and e.message_id = m.id and e.type = 'MESSAGE_ADDED'
    where m.id = $1 and (c.request is not null or c.problem is not null) and c.integration_id = m.integration_id and c.operation in ('createConversation', 'createMessage')
      and (right(m.object_id, 100) in (c.request #>> '{parameters,object_id}', c.request #>> '{parameters,initial_message,object_id}')
           or c.started_at between e.occurred_at - interval '1 minute' and e.occurred_at + interval '1 minute')`,
)

/** The copies on disk go when nobody can be at them any more. */
const removeFiles = statement(
  'redaction.files',
  `update stored_file
      set original_url = '', content_type = null, size = null, note = null, state = 'FAILED',
          remove_at = case when state = 'PENDING' then greatest(next_attempt_at, $2) else $2 end
    where message_id = $1 and remove_at is null`,
)

/** Their content goes in the same way. */
const removeUploads = statement(
  'redaction.uploads',
  `with gone as (delete from uploaded_file where message_id = $1 returning stored_as)
   insert into stored_file (id, message_id, original_url, state, next_attempt_at, created_at, remove_at)
   select stored_as, $1, '', 'FAILED', $2, $2, $2 from gone where stored_as is not null`,
)

/** Told of the conversation `$1` between the message `$2` and its redaction. */
const told = `d.conversation_id = $1 and d.body is not null
      and d.created_at >= (select e.occurred_at from event e
                            where e.conversation_id = $1 and e.message_id = $2 and e.type = 'MESSAGE_ADDED') - interval '1 minute'
      and d.first_position < ${redactedAt('$1', '$2')}`

/** What a receiver answered may repeat what it was sent. */
const blankAttempts = statement(
  'redaction.attempts',
  `update delivery_attempt a set note = null
     from delivery d where ${told} and a.delivery_id = d.id and a.note is not null`,
)

const blankDeliveries = statement(
  'redaction.deliveries',
  `update delivery d set body = ${blankBody} where ${told} and d.body::jsonb -> 'data' is distinct from 'null'`,
)
