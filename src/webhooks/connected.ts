import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import { mayOwn } from '../webhook/owner.js'
import { failuresAllowed } from './sending/breaker.js'

interface Connection {
  listenerId: string
  /** Active, and without a fault to be mended first. */
  sends: boolean
  /** Its receiver has failed so often that one delivery at a time asks whether it takes them again. */
  isFailing: boolean
}

/** An integration that is not archived. */
export interface ConnectedFin extends Connection {
  kind: 'FIN'
  integrationId: string
  agentId: string
  inboxId: string
  seesNotes: boolean
  webhookBaseUrl: string
  identifier: string
  webhookKey: Uint8Array
}

/** A webhook that is not archived. */
export interface ConnectedWebhook extends Connection {
  kind: 'WEBHOOK'
  webhookId: string
  /** Another one: another document, or other rights. */
  revision: number
  /** Its owner may still have webhooks. */
  ownerMay: boolean
}

export type Connected = ConnectedFin | ConnectedWebhook

export async function connections(db: Queryable): Promise<Connected[]> {
  const fins = await db.query<ConnectedFin>(connectedFins, [failuresAllowed])
  const webhooks = await db.query<ConnectedWebhook>(connectedWebhooks, [failuresAllowed])
  return [...fins, ...webhooks]
}

const connectedFins = statement(
  'integration.connected',
  `select 'FIN' as kind, l.id as "listenerId", f.id as "integrationId", f.agent_id as "agentId", f.inbox_id as "inboxId",
          f.identifier, f.webhook_base_url as "webhookBaseUrl", f.webhook_key as "webhookKey",
          f.sends_notes as "seesNotes", f.state = 'ACTIVE' and f.fault is null as sends, l.failures >= $1 as "isFailing"
     from fin_integration f join listener l on l.integration_id = f.id where f.archived_at is null order by f.id`,
)

const connectedWebhooks = statement(
  'webhook.connected',
  `select 'WEBHOOK' as kind, l.id as "listenerId", w.id as "webhookId", w.revision, ${mayOwn} as "ownerMay",
          w.state = 'ACTIVE' and w.fault is null as sends, l.failures >= $1 as "isFailing"
     from webhook w join listener l on l.webhook_id = w.id join agent a on a.id = w.owner_id where w.archived_at is null order by w.id`,
)
