import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { recordNotice } from '../notice/record.js'

/**
 * Stops a webhook that cannot go on until a person has mended `fault`, and tells the admins. One that stands stays so, and
 * so does one that was changed or resumed since: the fault may be mended.
 */
export async function stopWebhook(
  tx: Transaction,
  { webhookId, revision }: { webhookId: string; revision: number },
  fault: string,
): Promise<void> {
  const [stopped] = await tx.query<{ url: string }>(stop, [webhookId, fault, revision])
  if (!stopped) return
  const detail = `The webhook to ${new URL(stopped.url).host} was stopped. ${fault}`
  await recordNotice(tx, { kind: 'WEBHOOK_STOPPED', detail, webhookId })
}

const stop = statement(
  'webhook.stop',
  `update webhook set fault = $2
    where id = $1 and revision = $3 and fault is null and archived_at is null returning url`,
)
