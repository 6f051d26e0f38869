import { createHash } from 'node:crypto'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/**
 * NOT_APPLIED: a write that would have undone a human's. DIFFERENT_REPEAT: a repeat whose content differs. TOLERATED:
 * a value that could not be read. REFUSED: a request that was not let in. GAP: events that were not there any more when
 * their turn came.
 */
export type IntegrationLogKind = 'NOT_APPLIED' | 'DIFFERENT_REPEAT' | 'TOLERATED' | 'REFUSED' | 'GAP'

export interface IntegrationLogEntry {
  kind: IntegrationLogKind
  /** For people; the same for the same thing, since entries are told apart by it. */
  detail: string
  /** Stored ids of what it was about. */
  conversationId?: string | null
  endUserId?: string | null
  /** What could not be read, by the name it came under. */
  field?: string
  value?: unknown
}

/** Explains to the people who run an integration what did not go as asked; the same thing again counts up. */
export async function recordForIntegration(
  db: Queryable,
  integrationId: string,
  ...entries: IntegrationLogEntry[]
): Promise<void> {
  if (entries.length === 0) return
  const rows = new Map(
    entries.map(({ kind, detail, conversationId = null, endUserId = null, field, value }) => {
      const same = JSON.stringify([kind, conversationId, endUserId, detail, field, JSON.stringify(value)])
      const digest = createHash('sha256').update(same).digest('hex')
      const about = { conversation_id: conversationId, end_user_id: endUserId }
      return [digest, { id: newId(), digest, kind, detail, field, value, ...about }]
    }),
  )
  await db.query(insert, [integrationId, JSON.stringify([...rows.values()])])
}

/** A value that a request held and that could not be read: it counts as missing there, and is kept here. */
export interface UnreadValue {
  field: string
  value?: unknown
  detail: string
}

/** Keeps what could not be read of a call. */
export async function recordUnread(
  db: Queryable,
  integrationId: string,
  about: { conversationId?: string | null; endUserId?: string | null },
  unread: readonly UnreadValue[] | null | undefined,
): Promise<void> {
  const entries = (unread ?? []).map((one) => ({ kind: 'TOLERATED', ...one, ...about }) as const)
  await recordForIntegration(db, integrationId, ...entries)
}

const insert = statement(
  'integration.log',
  `insert into integration_log as l (id, integration_id, conversation_id, end_user_id, kind, detail, field, value, digest)
   select r.id, $1, r.conversation_id, r.end_user_id, r.kind, r.detail, r.field, r.value, decode(r.digest, 'hex')
     from jsonb_to_recordset($2::jsonb) as r(id uuid, conversation_id uuid, end_user_id uuid, kind text, detail text,
                                             field text, value jsonb, digest text)
    order by r.digest
       on conflict (integration_id, digest) do update set times = l.times + 1, last_at = now()`,
)
