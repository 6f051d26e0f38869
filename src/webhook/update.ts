import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockWebhook } from './lock.js'
import { checkWebhook, type DocumentCheck, type WebhookSettings } from './settings.js'

type Given = { [Name in keyof WebhookSettings]?: WebhookSettings[Name] | null }

/** Changes where a webhook goes or what it asks for; what is left out stays. A fault stays too, until it is resumed. */
export function updateWebhook(
  db: Database,
  actor: Actor | null,
  { webhookId, ...given }: Given & { webhookId: string },
  check: DocumentCheck,
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const present = await lockWebhook(tx, webhookId)
    const settings: WebhookSettings = {
      url: given.url ?? present.url,
      subscription: given.subscription ?? present.subscription,
      variables: given.variables ?? (present.variables as Record<string, unknown>),
    }
    checkWebhook(settings, check)
    const { url, subscription, variables } = settings
    await tx.query(update, [webhookId, url, subscription, JSON.stringify(variables)])
    return { webhook: { id: webhookId } }
  })
}

const update = statement(
  'webhook.update',
  'update webhook set url = $2, subscription = $3, variables = $4::jsonb, revision = revision + 1 where id = $1',
)
