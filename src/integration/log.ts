import { createHash } from 'node:crypto'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/**
 * NOT_APPLIED: a write that would have undone a human's. DIFFERENT_REPEAT: a repeat whose content differs. TOLERATED:
 * a value that could not be read. REFUSED: a request that was not let in.
 */
export type IntegrationLogKind = 'NOT_APPLIED' | 'DIFFERENT_REPEAT' | 'TOLERATED' | 'REFUSED'

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

/** Explains to the people who run an integration what became of one of its calls; the same thing again counts up. */
export async function recordForIntegration(
  db: Queryable,
  integrationId: string,
  { kind, detail, conversationId = null, endUserId = null, field, value }: IntegrationLogEntry,
): Promise<void> {
  const json = value === undefined ? null : JSON.stringify(value)
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, conversationId, endUserId, detail, field, json]))
    .digest()
  await db.query(insert, [
    newId(),
    integrationId,
    conversationId,
    endUserId,
    kind,
    detail,
    field ?? null,
    json,
    digest,
  ])
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
  for (const { field, value, detail } of unread ?? []) {
    await recordForIntegration(db, integrationId, { kind: 'TOLERATED', detail, field, value, ...about })
  }
}

const insert = statement(
  'integration.log',
  `insert into integration_log as l (id, integration_id, conversation_id, end_user_id, kind, detail, field, value, digest)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (integration_id, digest) do update set times = l.times + 1, last_at = now()`,
)
