import { type Actor, attribution } from '../actor.js'
import { agentFields } from '../agent/access.js'
import { isoSql, listRowSql } from '../conversation/row.js'
import { earlierResponse } from '../conversation/save.js'
import type { Database } from '../database/database.js'
import { columns, type Statement, statementOnce } from '../database/statement.js'
import { emailOf } from '../endUser/access.js'
import { schemaVersion } from '../events/event.js'
import { type Conversation, Prisma } from '../generated/prisma/client.js'
import type { Visibility } from '../generated/prisma/enums.js'
import { actorKey, type RepeatableCall } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { type CleanContent, previewOf } from './insert.js'
import type { MessageView } from './read.js'

export interface AddedAtOnce {
  message: MessageView
  conversation: Conversation
}

export interface PlainMessage extends CleanContent {
  /** Who wrote it; left out where the end-user did. */
  agentId?: string
  createdAt?: Date | null
  /** The integration's own id of it, which makes it unique, and of what it says. */
  objectId?: string | null
  inputHash?: number | null
}

interface Kind {
  visibility: Visibility
  author: 'agent' | 'endUser'
  /** Of the conversation `c`: whether it stays with whom it is, and in its status. */
  condition: string
  /** What becomes of the conversation `o`, given the message's preview. */
  sets: (preview: string) => readonly string[]
}

const now = '$13::timestamptz'
const responded = `first_response_at = coalesce(o.first_response_at, case when o.message_count < 2 then ${now} end,
                                                ${earlierResponse}, ${now})`
const person = 'exists (select from agent a where a.id = c.assignee_id and not a.is_bot)'

const kinds = {
  /** A person's, and a person holds the conversation. */
  answer: {
    visibility: 'PUBLIC',
    author: 'agent',
    condition: person,
    sets: (preview) => [`preview = ${preview}`, responded, 'waiting_since = null'],
  },
  /** Fin's in public, and no human holds the conversation. */
  finsAnswer: {
    visibility: 'PUBLIC',
    author: 'agent',
    condition: `c.team_id is null and not ${person}`,
    // Who waits for a human still does, whatever Fin says.
    sets: (preview) => [
      `preview = ${preview}`,
      responded,
      'waiting_since = case when o.handed_off_at is not null then o.waiting_since end',
    ],
  },
  /** The end-user's in public, in an open conversation. */
  question: {
    visibility: 'PUBLIC',
    author: 'endUser',
    condition: `c.status = 'OPEN'`,
    sets: (preview) => [`preview = ${preview}`, `waiting_since = coalesce(o.waiting_since, ${now})`],
  },
  /** An agent's, Fin's too. */
  note: { visibility: 'PRIVATE', author: 'agent', condition: 'true', sets: () => [] },
} as const satisfies Record<string, Kind>

/**
 * Adds a message that changes nothing of its conversation but what every one of its kind does, which most are: in one
 * statement, without a transaction around it. The message comes with its author. Null, with nothing done, where that is
 * not so, the conversation is not in the actor's sight, or the object id or the call's key has been there: then there are
 * rules to apply. A message with an object id takes no key.
 */
export async function addAtOnce(
  db: Database,
  actor: Actor,
  kind: keyof typeof kinds,
  conversationId: string,
  message: PlainMessage,
  call?: RepeatableCall,
): Promise<AddedAtOnce | null> {
  const { actorKind, actorId, origin, integrationId } = attribution(actor)
  const at = db.clock.now()
  const { objectId = null } = message
  const [row] = await db.change<MessageView & { conversation: Conversation }>(
    statementOf(kind, call !== undefined),
    [
      conversationId,
      actor.inboxIds,
      newId(),
      message.agentId ?? null,
      message.body,
      message.text,
      JSON.stringify(message.attachments),
      message.createdAt ?? at,
      objectId && integrationId,
      objectId,
      objectId && (message.inputHash ?? null),
      actorKind,
      at,
      actorId,
      origin,
      integrationId,
      ...(call ? [actorKey(actor), call.mutation, call.key, call.inputHash] : []),
      ...(kind === 'note' ? [] : [previewOf(message)]),
    ],
  )
  return row ? { message: row, conversation: row.conversation } : null
}

const authors = {
  agent: {
    list: columns('a', agentFields, 'authorAgent'),
    from: 'agent a where a.id = m.author_agent_id',
  },
  endUser: {
    list: `${columns('e', Prisma.EndUserScalarFieldEnum, 'authorEndUser')}, ${emailOf('e')} as "authorEndUser.email"`,
    from: 'end_user e where e.id = m.author_end_user_id',
  },
}

/** The event's id is taken once `o` has locked the conversation: that keeps its events in the order of its changes. */
const text = ({ visibility, author, condition, sets }: Kind, isKeyed: boolean) => `
  with o as materialized (
         select c.id, c.end_user_id, c.message_count, c.revision, c.last_activity_at, c.waiting_since, c.handed_off_at,
                c.first_response_at
           from conversation c where c.id = $1 and c.inbox_id = any($2::uuid[]) and ${condition}
            for no key update of c),${isKeyed ? key : ''}
       m as (
         insert into message as m (id, conversation_id, seq, visibility, author_agent_id, author_end_user_id, body, text,
                                   attachments, created_at, integration_id, object_id, input_hash)
         select $3::uuid, o.id, o.message_count + 1, '${visibility}', $4::uuid,
                ${author === 'endUser' ? 'o.end_user_id' : 'null'}, $5, $6, $7::jsonb, $8, $9::uuid, $10, $11::int
           from o${isKeyed ? ', k' : ''} on conflict (integration_id, object_id) do nothing
         returning *),
       c as (
         update conversation c
            set ${['message_count = m.seq', 'revision = o.revision + 1', `updated_at = ${now}`, `last_activity_at = ${now}`, ...sets(isKeyed ? '$21' : '$17')].join(', ')}
           from o, m where c.id = o.id
         returning c.*),
       e as (
         insert into event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin,
                            integration_id, occurred_at, schema_version, row)
         select 'MESSAGE_ADDED', c.inbox_id, c.id, $3::uuid, c.revision, $12::"ActorKind", $14::uuid, $15::"OriginApi",
                $16::uuid, ${now}, ${schemaVersion}, jsonb_build_object(
                  'from', case when o.last_activity_at = c.last_activity_at then '{}' else
                    jsonb_build_object('lastActivityAt', ${isoSql('o.last_activity_at')}) end,
                  'to', ${listRowSql('c')})
           from c, o
         returning id),
       p as (insert into event_pending (event_id) select id from e)${author === 'agent' ? ones : ''}
  select ${columns('m', Prisma.MessageScalarFieldEnum)}, ${columns('c', Prisma.ConversationScalarFieldEnum, 'conversation')},
         ${authors[author].list}
    from m, c, ${authors[author].from}`

/** What its author had begun to write of the same kind goes; whoever had read all before it has read it. */
const ones = `,
       d as (
         delete from draft d using m
          where d.agent_id = m.author_agent_id and d.conversation_id = m.conversation_id and d.visibility = m.visibility),
       r as (
         update conversation_read r set seq = m.seq, read_at = ${now}
           from m where r.agent_id = m.author_agent_id and r.conversation_id = m.conversation_id and r.seq = m.seq - 1)`

/** What a repeat gives, by the result's field names. */
const key = `
       k as (
         insert into idempotency_key (actor_id, mutation, key, input_hash, created_at, result)
         select $17::uuid, $18, $19, $20::bytea, ${now}, jsonb_build_object('message', $3::uuid, 'conversation', o.id)
           from o on conflict do nothing
         returning 1),`

function statementOf(kind: keyof typeof kinds, isKeyed: boolean): Statement {
  return statementOnce(`message.atOnce.${kind}${isKeyed ? '.keyed' : ''}`, () => text(kinds[kind], isKeyed))
}
