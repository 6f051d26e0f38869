import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/** Told on commit, with the notice's id. */
export const noticeChannel = 'graphdesk_notice'

/**
 * INTEGRATION_STOPPED, WEBHOOK_STOPPED: nothing is sent until a person has mended something. EVENTS_MISSED: a webhook
 * cannot be told of what had left the event log. DOCUMENT_DEPRECATED: a later release will not take a webhook's document.
 */
export type NoticeKind = 'INTEGRATION_STOPPED' | 'WEBHOOK_STOPPED' | 'EVENTS_MISSED' | 'DOCUMENT_DEPRECATED'

export interface NewNotice {
  kind: NoticeKind
  /** For people: what happened and what to do. */
  detail: string
  /** Stored ids of what it is about. */
  integrationId?: string
  webhookId?: string
}

/** Tells the admins. */
export async function recordNotice(
  tx: Transaction,
  { kind, detail, integrationId, webhookId }: NewNotice,
): Promise<void> {
  await tx.query(insert, [newId(), kind, detail, integrationId ?? null, webhookId ?? null, tx.now])
}

const insert = statement(
  'notice.insert',
  `with written as (
     insert into notice (id, kind, detail, integration_id, webhook_id, created_at) values ($1, $2, $3, $4, $5, $6) returning id)
   select pg_notify('${noticeChannel}', id::text) from written`,
)
