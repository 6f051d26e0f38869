import { type Actor, requireAdmin } from '../actor.js'
import { insertAgent } from '../agent/create.js'
import { type Database, sqlState, type Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type FinIntegration, Prisma } from '../generated/prisma/client.js'
import type { IntegrationState } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { insertInbox } from '../inbox/create.js'
import type { Secrets } from '../secrets.js'
import { mintClient } from './rotateSecret.js'
import { decided, type FinSettings, type GivenSettings } from './settings.js'
import { checkStaticToken, mintStaticToken } from './staticToken.js'

type Needed = Pick<FinSettings, 'name' | 'identifier' | 'region' | 'webhookKey'>

export interface NewFinIntegration extends Omit<GivenSettings, keyof Needed>, Needed {
  /** A fixed bearer token that Fin may use instead of OAuth. */
  staticToken?: string | null
  /** The agent that stands for Fin; made when left out. */
  agentId?: string | null
  /** Made when left out. */
  inboxId?: string | null
  state?: IntegrationState
}

const usual = {
  signingSecret: null,
  signatureMode: 'ENFORCE',
  allowedNetworks: [],
  sendsNotes: true,
  emailBinding: 'BIND',
} as const

/** Connects an inbox with Fin; from then on its changes lead to webhooks. One per inbox. */
export function createFinIntegration(
  db: Database,
  secrets: Secrets,
  actor: Actor | null,
  input: NewFinIntegration,
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  const { agentId, inboxId, staticToken, state, ...given } = input
  const { name, identifier, region, webhookKey } = input
  const settings = decided({ ...usual, name, identifier, region, webhookKey }, given)
  if (staticToken) checkStaticToken(staticToken)
  return transact(db, admin, call, async (tx) => {
    if (inboxId && !admin.inboxIds.includes(inboxId)) throw new NotFoundError('Inbox')
    const id = newId()
    const place = {
      id,
      inboxId: inboxId ?? (await insertInbox(tx, settings.name)).id,
      agentId: agentId ?? (await finAgent(tx, id)),
      state: state ?? 'ACTIVE',
    } as const
    const integration = await insertIntegration(tx, secrets, place, settings)
    const credentials = await mintClient(tx, id)
    await tx.query(insertListener, [newId(), id])
    if (staticToken) await mintStaticToken(tx, id, staticToken)
    return { integration, ...credentials }
  })
}

/** Fin's own account in the helpdesk. */
async function finAgent(tx: Transaction, integrationId: string): Promise<string> {
  const email = `fin+${integrationId.slice(-12)}@graphdesk.invalid`
  const agent = await insertAgent(tx, { name: 'Fin', email, alias: 'Fin', isBot: true, passwordHash: null })
  return agent.id
}

async function insertIntegration(
  tx: Transaction,
  secrets: Secrets,
  place: { id: string; inboxId: string; agentId: string; state: IntegrationState },
  settings: FinSettings,
): Promise<FinIntegration> {
  const [bot] = await tx.query(botAgent, [place.agentId])
  if (!bot)
    throw new ValidationError(
      'agentId',
      'The agent that stands for Fin must be a bot; make one with createAgent.',
    )
  try {
    const [row] = await tx.query<FinIntegration>(insert, [
      place.id,
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
      place.agentId,
      place.inboxId,
      place.state,
      tx.now,
    ])
    if (!row) throw new Error('An integration was not inserted.')
    return row
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    throw new ValidationError('inboxId', 'This inbox has an active Fin integration already.')
  }
}

const botAgent = statement(
  'agent.bot',
  'select 1 from agent where id = $1 and is_bot and archived_at is null',
)

const insert = statement(
  'integration.insert',
  `insert into fin_integration as f (id, name, identifier, region, webhook_base_url, webhook_key, signing_secret,
                                     signature_mode, allowed_networks, sends_notes, email_binding, agent_id, inbox_id,
                                     state, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
   returning ${columns('f', Prisma.FinIntegrationScalarFieldEnum)}`,
)

const insertListener = statement(
  'listener.insert',
  `insert into listener (id, integration_id, position, last_event_id)
   select $1, $2, l.position, (select event_id from event_feed where position = l.position) from event_log l`,
)
