import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { recordNotice } from '../notice/record.js'

/** Tells the admins, once, what of a webhook's document a later release will not know any more. */
export async function warnOfDocument(db: Database, webhookId: string, warnings: readonly string[]) {
  if (warnings.length === 0) return
  const detail = `A later release will not take the document of the webhook as it is: ${warnings.join(' ')} Change it with updateWebhook before you upgrade further.`
  await db.transaction(async (tx) => {
    await tx.query(lock, [webhookId])
    if ((await tx.query(known, [webhookId, detail])).length > 0) return
    await recordNotice(tx, { kind: 'DOCUMENT_DEPRECATED', detail, webhookId })
  })
}

const lock = statement('webhook.lockToWarn', 'select 1 from webhook where id = $1 for no key update')

const known = statement('notice.known', 'select 1 from notice where webhook_id = $1 and detail = $2 limit 1')
