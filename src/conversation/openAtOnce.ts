import { attribution, type IntegrationActor } from '../actor.js'
import { type AgentView, agentFields } from '../agent/access.js'
import { type Database, sqlState } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { findEndUser } from '../endUser/access.js'
import { changesNothing } from '../endUser/update.js'
import { schemaVersion } from '../events/event.js'
import { filesOf } from '../file/expect.js'
import { type Conversation, type Message, Prisma } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import { type CleanContent, previewOf } from '../message/insert.js'
import type { MessageView } from '../message/read.js'
import { messageHash } from '../message/receive.js'
import { mergeAttributes } from './fields.js'
import { lockedObject, type NewConversation, openingHash } from './opening.js'
import type { ConversationView } from './read.js'
import { listRowSql } from './row.js'

type Row = Conversation & { message: Message; assignee: AgentView | null }

/**
 * What Fin opens for an end-user who is known, and of whom nothing new is said: one look at them and one statement,
 * without a transaction around it. Null, with nothing done, where it is otherwise or has been opened before.
 */
export async function openAtOnce(
  db: Database,
  by: IntegrationActor,
  input: NewConversation,
  title: string | null,
  content: CleanContent,
): Promise<{ conversation: ConversationView; message: MessageView } | null> {
  const { message, endUserId, objectId } = input
  const isPlain =
    message.author === 'END_USER' && message.visibility !== 'PRIVATE' && filesOf(content).length === 0
  if (!endUserId || !objectId || !isPlain || input.unread?.length) return null
  const endUser = await findEndUser(db, by, endUserId)
  if (endUser?.inboxId !== by.inboxId || !changesNothing(endUser, input.endUser ?? {})) return null

  const { actorKind, actorId, origin } = attribution(by)
  const now = db.clock.now()
  const [row] = await db
    .change<Row>(open, [
      newId(),
      by.inboxId,
      endUser.id,
      title,
      JSON.stringify(mergeAttributes({}, input.attributes)),
      by.agentId,
      now,
      by.integrationId,
      objectId,
      openingHash(input, title, content),
      previewOf(content),
      newId(),
      content.body,
      content.text,
      message.sentAt ?? now,
      message.objectId ?? null,
      message.objectId ? messageHash(message, content) : null,
      actorKind,
      actorId,
      origin,
      lockedObject(by, objectId),
    ])
    .catch((error) => {
      // A message of another conversation has the object id of this one's.
      if (sqlState(error) === '23505') return []
      throw error
    })
  if (!row) return null
  const { message: first, ...conversation } = row
  return {
    conversation: { ...conversation, endUser, tags: [] },
    message: { ...first, authorAgent: null, authorEndUser: endUser },
  }
}

const open = statement(
  'conversation.openAtOnce',
  `with alone as materialized (select pg_advisory_xact_lock(hashtextextended($21, 11))),
        u as materialized (
          select u.id from alone, end_user u where u.id = $3 and u.merged_into_id is null for key share of u),
        c as (
          insert into conversation (id, inbox_id, end_user_id, title, attributes, assignee_id, created_at, updated_at,
                                    last_activity_at, waiting_since, integration_id, object_id, input_hash, preview,
                                    message_count, revision)
          select $1::uuid, $2::uuid, u.id, $4, $5::jsonb, $6::uuid, $7::timestamptz, $7, $7, $7, $8::uuid, $9, $10::int, $11,
                 1, 2
            from u on conflict (integration_id, object_id) do nothing
          returning *),
        m as (
          insert into message (id, conversation_id, seq, visibility, author_end_user_id, body, text, created_at,
                               integration_id, object_id, input_hash)
          select $12::uuid, c.id, 1, 'PUBLIC', c.end_user_id, $13, $14, $15::timestamptz,
                 case when $16::text is not null then $8::uuid end, $16, $17::int
            from c
          returning *),
        e as (
          insert into event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin,
                             integration_id, occurred_at, schema_version, row)
          select t.type, c.inbox_id, c.id, case t.revision when 2 then m.id end, t.revision, $18::"ActorKind", $19::uuid,
                 $20::"OriginApi", $8::uuid, $7::timestamptz, ${schemaVersion},
                 case t.revision when 2 then jsonb_build_object('from', null, 'to', ${listRowSql('c')}) end
            from c, m, (values (1, 'CONVERSATION_OPENED'), (2, 'MESSAGE_ADDED')) t(revision, type)
           order by t.revision
          returning id),
        p as (insert into event_pending (event_id) select id from e)
   select ${columns('c', Prisma.ConversationScalarFieldEnum)}, ${columns('m', Prisma.MessageScalarFieldEnum, 'message')},
          ${columns('a', agentFields, 'assignee')}
     from c, m, agent a where a.id = c.assignee_id`,
)
