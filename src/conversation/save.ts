import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { appendEvents } from '../events/append.js'
import type { Changes, EventCause, EventType, NewEvent } from '../events/event.js'
import type { Conversation } from '../generated/prisma/client.js'
import { rowChange } from './row.js'

/** The fields whose change is recorded, by the event that records it, each with what is recorded of it. */
const recorded: [EventType, (keyof Conversation)[], Recording][] = [
  ['ASSIGNMENT_CHANGED', ['assigneeId', 'teamId'], allValues],
  ['STATUS_CHANGED', ['status', 'snoozedUntil'], changedValues],
  ['TITLE_CHANGED', ['title'], noValue],
  ['PRIORITY_CHANGED', ['priority'], changedValues],
  ['ATTRIBUTES_CHANGED', ['attributes'], changedNames],
]

/** Why those changes are made that were not asked for by themselves. */
export type Causes = Partial<Record<EventType, EventCause>>

/** The events that make `before` into `after`; none when nothing changed. */
export function changeEvents(before: Conversation, after: Conversation, causes: Causes = {}): NewEvent[] {
  return recorded.flatMap(([type, fields, changesOf]) => {
    const changed = fields.filter((field) => !isDeepStrictEqual(before[field], after[field]))
    return changed.length > 0
      ? [{ type, changes: changesOf(before, after, changed, fields), cause: causes[type] }]
      : []
  })
}

type Fields = readonly (keyof Conversation)[]

/** What is recorded of fields of which some have changed. */
type Recording = (before: Conversation, after: Conversation, changed: Fields, fields: Fields) => Changes

function changedValues(before: Conversation, after: Conversation, changed: Fields): Changes {
  return Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]))
}

function allValues(before: Conversation, after: Conversation, _: Fields, fields: Fields): Changes {
  return changedValues(before, after, fields)
}

/** A title may be personal. */
function noValue(_: Conversation, __: Conversation, changed: Fields): Changes {
  return Object.fromEntries(changed.map((field) => [field, { from: null, to: null }]))
}

/** Attributes' values may be personal, their names are not. */
function changedNames({ attributes: from }: Conversation, { attributes: to }: Conversation): Changes {
  const [before, after] = [from, to] as [Record<string, unknown>, Record<string, unknown>]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name]))
  return { attributes: { from: null, to: changed.sort() } }
}

/**
 * Writes a locked conversation's new state with its events: those given, and those of its changed fields. With no
 * events nothing is written. `version` grows when the conversation's own fields changed, `revision` with every event.
 */
export async function saveConversation(
  tx: Transaction,
  actor: Actor,
  before: Conversation,
  changed: Partial<Conversation>,
  events: readonly NewEvent[] = [],
  causes?: Causes,
): Promise<Conversation> {
  const after = { ...before, ...changed }
  const own = changeEvents(before, after, causes)
  const tags = events.some((event) => event.type === 'TAGS_CHANGED')
  const all = [...events, ...own]
  if (all.length === 0) return before

  if (own.length > 0 || tags) after.version = before.version + 1
  after.revision = before.revision + all.length
  after.updatedAt = tx.now
  const { inboxId, id: conversationId } = after
  const row = rowChange(before.revision === 0 ? null : before, after)
  const saving = tx.query<Pick<Conversation, 'firstResponseAt'>>(update, [
    after.id,
    after.status,
    after.priority,
    after.title,
    after.assigneeId,
    after.teamId,
    JSON.stringify(after.attributes),
    after.snoozedUntil,
    after.preview,
    after.messageCount,
    after.version,
    after.revision,
    after.updatedAt,
    after.lastActivityAt,
    after.waitingSince,
    after.handedOffAt,
    after.endUserReadAt,
    after.firstResponseAt,
  ])
  const subject = { inboxId, conversationId, revision: before.revision, row }
  const [[saved]] = await Promise.all([saving, appendEvents(tx, actor, subject, all)])
  return Object.assign(after, saved)
}

/**
 * The previous release answers without keeping `first_response_at`: before an answer counts as the first of conversation
 * `$1`, an earlier one is looked for. The events of the change are not there yet.
 */
export const earlierResponse = `(
              select e.occurred_at from event e join message m on m.id = e.message_id
               where e.conversation_id = $1 and e.type = 'MESSAGE_ADDED'
                 and m.seq > 1 and m.visibility = 'PUBLIC' and m.author_agent_id is not null
               order by e.id limit 1)`

const update = statement(
  'conversation.save',
  `update conversation
      set status = $2, priority = $3, title = $4, assignee_id = $5, team_id = $6, attributes = $7, snoozed_until = $8,
          preview = $9, message_count = $10, version = $11, revision = $12, updated_at = $13, last_activity_at = $14,
          waiting_since = $15, handed_off_at = $16, end_user_read_at = $17,
          first_response_at = case
            when $18::timestamptz is null or first_response_at is not null or message_count < 2 then $18
            else coalesce(${earlierResponse}, $18)
            end
    where id = $1
returning first_response_at as "firstResponseAt"`,
)
