import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { recordNotice } from '../notice/record.js'

/** Stops the webhooks of an integration until a person has mended `fault`, and tells the admins; one that stands stays so. */
export async function stopIntegration(tx: Transaction, integrationId: string, fault: string): Promise<void> {
  const [stopped] = await tx.query<{ name: string }>(stop, [integrationId, fault])
  if (!stopped) return
  const detail = `Webhooks to Fin (${stopped.name}) were stopped. ${fault}`
  await recordNotice(tx, { kind: 'INTEGRATION_STOPPED', detail, integrationId })
}

const stop = statement(
  'integration.stop',
  'update fin_integration set fault = $2 where id = $1 and fault is null and archived_at is null returning name',
)
