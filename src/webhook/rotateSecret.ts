import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { overlapEnd } from '../integration/overlap.js'
import type { Secrets } from '../secrets.js'
import { lockWebhook } from './lock.js'
import { checkWebhookSecret, newWebhookSecret } from './settings.js'

/** Gives a webhook a new secret; until the overlap ends it is signed with the one before as well. */
export function rotateWebhookSecret(
  db: Database,
  secrets: Secrets,
  actor: Actor | null,
  input: { webhookId: string; secret?: string | null; overlapHours?: number | null },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  if (input.secret != null) checkWebhookSecret(input.secret)
  const end = overlapEnd(db, input.overlapHours)
  return transact(db, admin, call, async (tx) => {
    const { id } = await lockWebhook(tx, input.webhookId)
    const secret = input.secret ?? newWebhookSecret()
    await tx.query(rotate, [id, secrets.seal(secret), end])
    return { webhook: { id }, secret }
  })
}

const rotate = statement(
  'webhook.rotateSecret',
  'update webhook set previous_secret = secret, previous_secret_until = $3, secret = $2 where id = $1',
)
