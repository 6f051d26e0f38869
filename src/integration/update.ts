import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import type { Secrets } from '../secrets.js'
import { lockIntegration } from './lock.js'
import { decided, type GivenSettings } from './settings.js'

/** Changes the settings of an integration; what is left out stays. A fault stays too, until it is resumed. */
export function updateFinIntegration(
  db: Database,
  secrets: Secrets,
  actor: Actor | null,
  { integrationId, ...given }: GivenSettings & { integrationId: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const { signingSecret, webhookKey, ...present } = await lockIntegration(tx, admin, integrationId)
    const open = (sealed: Uint8Array) => secrets.open(sealed)
    const settings = decided(
      {
        ...present,
        webhookKey: given.webhookKey ?? open(webhookKey),
        signingSecret: given.signingSecret === undefined && signingSecret ? open(signingSecret) : null,
      },
      given,
    )
    await tx.query(update, [
      integrationId,
      settings.name,
      settings.identifier,
      settings.region,
      settings.webhookBaseUrl,
      secrets.seal(settings.webhookKey),
      settings.signingSecret === null ? null : secrets.seal(settings.signingSecret),
      settings.signatureMode,
      settings.allowedNetworks,
      settings.sendsNotes,
      settings.emailBinding,
    ])
    return { integration: { id: integrationId } }
  })
}

const update = statement(
  'integration.update',
  `update fin_integration
      set name = $2, identifier = $3, region = $4::"FinRegion", webhook_base_url = $5, webhook_key = $6,
          signing_secret = $7, signature_mode = $8::"SignatureMode", allowed_networks = $9, sends_notes = $10,
          email_binding = $11::"EmailBinding"
    where id = $1`,
)
