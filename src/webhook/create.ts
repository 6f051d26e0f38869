import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import type { Secrets } from '../secrets.js'
import {
  checkWebhook,
  checkWebhookSecret,
  type DocumentCheck,
  newWebhookSecret,
  type WebhookSettings,
} from './settings.js'

/** Makes a webhook; from then on each event that its document shows is sent to it, with the rights of its maker. */
export function createWebhook(
  db: Database,
  secrets: Secrets,
  actor: Actor | null,
  { secret: given, ...settings }: WebhookSettings & { secret?: string | null },
  check: DocumentCheck,
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  checkWebhook(settings, check)
  if (given != null) checkWebhookSecret(given)
  return transact(db, admin, call, async (tx) => {
    const id = newId()
    const secret = given ?? newWebhookSecret()
    await tx.query(insert, [
      id,
      admin.agentId,
      settings.url,
      settings.subscription,
      JSON.stringify(settings.variables),
      secrets.seal(secret),
      tx.now,
    ])
    await tx.query(insertListener, [newId(), id])
    return { webhook: { id }, secret }
  })
}

const insert = statement(
  'webhook.insert',
  `insert into webhook (id, owner_id, url, subscription, variables, secret, created_at)
   values ($1, $2, $3, $4, $5::jsonb, $6, $7)`,
)

const insertListener = statement(
  'listener.insertForWebhook',
  `insert into listener (id, webhook_id, position, last_event_id)
   select $1, $2, l.position, (select event_id from event_feed where position = l.position) from event_log l`,
)
