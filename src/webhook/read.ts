import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'

/** What a webhook asks for. */
export interface WebhookDocument {
  subscription: string
  variables: Record<string, unknown>
}

/** Null when it is archived. */
export async function webhookDocument(db: Queryable, webhookId: string): Promise<WebhookDocument | null> {
  const [row] = await db.query<WebhookDocument>(find, [webhookId])
  return row ?? null
}

const find = statement(
  'webhook.document',
  'select subscription, variables from webhook where id = $1 and archived_at is null',
)
