import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { recordNotice } from '../notice/record.js'

/** Where webhooks went when they found the fault. */
interface Tried {
  integrationId: string
  webhookBaseUrl: string
  identifier: string
  webhookKey: Uint8Array
}

/**
 * Stops the webhooks of an integration until a person has mended `fault`, and tells the admins. One that stands stays so,
 * and so does one whose address or key was changed since: the fault may be mended.
 */
export async function stopIntegration(tx: Transaction, tried: Tried, fault: string): Promise<void> {
  const { integrationId, webhookBaseUrl, identifier, webhookKey } = tried
  const [stopped] = await tx.query<{ name: string }>(stop, [
    integrationId,
    fault,
    webhookBaseUrl,
    identifier,
    webhookKey,
  ])
  if (!stopped) return
  const detail = `Webhooks to Fin (${stopped.name}) were stopped. ${fault}`
  await recordNotice(tx, { kind: 'INTEGRATION_STOPPED', detail, integrationId })
}

const stop = statement(
  'integration.stop',
  `update fin_integration set fault = $2
    where id = $1 and webhook_base_url = $3 and identifier = $4 and webhook_key = $5
      and fault is null and archived_at is null
   returning name`,
)
