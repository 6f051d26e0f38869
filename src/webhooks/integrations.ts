import type { IntegrationActor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Receiver } from './send.js'

/** An integration that is not archived. */
export interface Connected extends Receiver {
  integrationId: string
  agentId: string
  inboxId: string
  seesNotes: boolean
  /** Active, and without a fault to be mended first. */
  sends: boolean
}

export function connectedIntegrations(db: Queryable): Promise<Connected[]> {
  return db.query(connected, [])
}

/** Its rights are its inbox. */
export function actorOf({ integrationId, agentId, inboxId, seesNotes }: Connected): IntegrationActor {
  return {
    kind: 'INTEGRATION',
    integrationId,
    agentId,
    inboxId,
    seesNotes,
    bindsByEmail: false,
    inboxIds: [inboxId],
  }
}

const connected = statement(
  'integration.connected',
  `select id as "integrationId", agent_id as "agentId", inbox_id as "inboxId", identifier,
          webhook_base_url as "webhookBaseUrl", webhook_key as "webhookKey",
          sends_notes as "seesNotes",
          state = 'ACTIVE' and fault is null as sends
     from fin_integration where archived_at is null order by id`,
)
