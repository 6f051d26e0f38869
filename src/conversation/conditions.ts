import { type Actor, seesNotes } from '../actor.js'
import type { ListRow } from '../events/event.js'
import { mentionedSql } from '../message/mentions.js'
import type { ConversationConditions, TimeSpan } from './filter.js'
import { searchSql } from './search.js'

/** For whom SQL is put together, and where its values go. */
export interface Scope {
  actor: Actor | null
  /** Takes a value, and gives the parameter that stands for it. */
  bind: (value: unknown) => string
  /** Takes SQL of ids, which are found once for the whole statement, and gives SQL of them. */
  find: (ids: string) => string
}

/** A row as an event tells of it. */
export type PlacedRow = ListRow & { inboxId: string }

export interface Condition<Value> {
  /** What is asked of the conversation `c`: true, or else false or null. */
  sql: (value: Value, scope: Scope) => string
  /** The same of a row that an event tells; missing where that does not say. */
  ofRow?: (value: Value, row: PlacedRow) => boolean
  /** The columns of its SQL are in `conversation_count` too. */
  isKept?: true
}

type Conditions = {
  [Field in keyof ConversationConditions]-?: Condition<NonNullable<ConversationConditions[Field]>>
}

/** Everything that a conversation can be asked. */
export const conditions: Conditions = {
  inboxId: {
    sql: (id, { bind }) => `c.inbox_id = ${bind(id)}::uuid`,
    ofRow: (id, row) => row.inboxId === id,
    isKept: true,
  },
  status: {
    sql: (statuses, { bind }) => `c.status = any(${bind(statuses)}::"ConversationStatus"[])`,
    ofRow: (statuses, row) => statuses.includes(row.status),
    isKept: true,
  },
  assigneeId: {
    sql: (id, { bind }) => `c.assignee_id = ${bind(id)}::uuid`,
    ofRow: (id, row) => row.assigneeId === id,
    isKept: true,
  },
  unassigned: {
    sql: (asked) => (asked ? 'c.assignee_id is null' : 'true'),
    ofRow: (asked, row) => !asked || row.assigneeId === null,
    isKept: true,
  },
  heldByFin: {
    // Looked up once for the statement, so that the indexes by assignee serve.
    sql: (asked) => is(asked, 'c.assignee_id = any(array(select a.id from agent a where a.is_bot))'),
    isKept: true,
  },
  endUserId: {
    sql: (id, { bind }) => `c.end_user_id = ${bind(id)}::uuid`,
    ofRow: (id, row) => row.endUserId === id,
  },
  teamId: { sql: (id, { bind }) => `c.team_id = ${bind(id)}::uuid` },
  noTeam: { sql: (asked) => is(asked, 'c.team_id is null') },
  handedOff: { sql: (asked) => is(asked, 'c.handed_off_at is not null') },
  waiting: { sql: (asked) => is(asked, `coalesce(c.waiting_since, 'infinity') < 'infinity'`) },
  unread: {
    sql: (asked, { actor, bind }) =>
      is(
        asked,
        `c.message_count > coalesce((select r.seq from conversation_read r
          where r.agent_id = ${bind(actor?.kind === 'AGENT' ? actor.agentId : null)}::uuid and r.conversation_id = c.id), 0)`,
      ),
  },
  mentioned: {
    sql: (asked, { actor, bind, find }) => {
      const agentId = `${bind(actor?.kind === 'AGENT' ? actor.agentId : null)}::uuid`
      return is(asked, `c.id in (${find(mentionedSql(agentId))})`)
    },
  },
  priority: { sql: (priorities, { bind }) => `c.priority = any(${bind(priorities)}::"Priority"[])` },
  tagIds: {
    sql: (ids, { bind }) =>
      `exists (select from conversation_tag ct where ct.conversation_id = c.id and ct.tag_id = any(${bind(ids)}::uuid[]))`,
  },
  attribute: {
    sql({ key, value, exists }, { bind }) {
      if (value == null) return is(exists !== false, `c.attributes ? ${bind(key)}::text`)
      // The index is of what an object contains, which is less than to be equal; and only of those that have any.
      return `c.attributes <> '{}' and c.attributes @> ${bind(JSON.stringify({ [key]: value }))}::jsonb
          and c.attributes -> ${bind(key)}::text = ${bind(JSON.stringify(value))}::jsonb`
    },
  },
  text: {
    sql: (words, { actor, bind, find }) =>
      `c.id in (${find(searchSql(bind(words), actor !== null && seesNotes(actor)))})`,
  },
  createdAt: { sql: within('c.created_at') },
  lastActivityAt: { sql: within('c.last_activity_at') },
  waitingSince: { sql: within('c.waiting_since') },
  snoozedUntil: { sql: within('c.snoozed_until') },
}

const is = (asked: boolean, sql: string) => (asked ? sql : `(${sql}) is not true`)

function within(column: string) {
  return ({ after, before }: TimeSpan, { bind }: Scope) =>
    [
      `${column} is not null`,
      ...(after ? [`${column} >= ${bind(after)}::timestamptz`] : []),
      ...(before ? [`${column} < ${bind(before)}::timestamptz`] : []),
    ].join(' and ')
}
