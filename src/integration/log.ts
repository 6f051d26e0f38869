import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'

/** NOT_APPLIED: a write that would have undone a human's. DIFFERENT_REPEAT: a repeat whose content differs. TOLERATED: odd input. */
export type IntegrationLogKind = 'NOT_APPLIED' | 'DIFFERENT_REPEAT' | 'TOLERATED' | 'REFUSED'

/** Explains to the people who run an integration what became of one of its calls. */
export async function recordForIntegration(
  db: Queryable,
  integrationId: string,
  conversationId: string | null,
  kind: IntegrationLogKind,
  detail: string,
): Promise<void> {
  await db.query(insert, [newId(), integrationId, conversationId, kind, detail])
}

const insert = statement(
  'integration.log',
  'insert into integration_log (id, integration_id, conversation_id, kind, detail) values ($1, $2, $3, $4, $5)',
)
