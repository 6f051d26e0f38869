import { type Actor, requireAdmin, tokenScopes } from '../actor.js'
import { insertAgent } from '../agent/create.js'
import { type Database, sqlState, type Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { newestPosition } from '../events/read.js'
import { type FinIntegration, Prisma } from '../generated/prisma/client.js'
import type { FinRegion, IntegrationState } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { insertInbox } from '../inbox/create.js'
import type { Secrets } from '../secrets.js'
import { mintToken, randomSecret, secretHash } from '../token/mint.js'

export interface NewFinIntegration {
  name: string
  /** As shown in Fin's deployment page. */
  identifier: string
  region: FinRegion
  /** Where webhooks go; the region's own host when left out. */
  webhookBaseUrl?: string | null
  webhookKey: string
  signingSecret?: string | null
  /** A fixed bearer token that Fin may use instead of OAuth. */
  staticToken?: string | null
  /** The agent that stands for Fin; made when left out. */
  agentId?: string | null
  /** Made when left out. */
  inboxId?: string | null
  state?: IntegrationState
}

/** What a person pastes into Fin's deployment page; the secret is in this answer and never again. */
export interface FinIntegrationCreated {
  integration: FinIntegration
  clientId: string
  clientSecret: string
}

const hosts = {
  US: 'https://api.intercom.io',
  EU: 'https://api.eu.intercom.io',
  AU: 'https://api.au.intercom.io',
} as const

const shortestStaticToken = 32

/** Connects an inbox with Fin; from then on its changes lead to webhooks. One per inbox. */
export function createFinIntegration(
  db: Database,
  secrets: Secrets,
  actor: Actor | null,
  input: NewFinIntegration,
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  const ready = check(input)
  return transact(db, admin, call, async (tx): Promise<FinIntegrationCreated> => {
    if (ready.inboxId && !admin.inboxIds.includes(ready.inboxId)) throw new NotFoundError('Inbox')
    const id = newId()
    const inboxId = ready.inboxId ?? (await insertInbox(tx, ready.name)).id
    const agentId = ready.agentId ?? (await finAgent(tx, id))
    const integration = await insertIntegration(tx, secrets, id, inboxId, agentId, ready)
    const clientId = `fin_${id.replaceAll('-', '')}`
    const clientSecret = randomSecret('gdc')
    await tx.query(insertClient, [newId(), id, clientId, secretHash(clientSecret)])
    await tx.query(insertListener, [newId(), id, await newestPosition(tx)])
    if (ready.staticToken) {
      const [taken] = await tx.query(tokenExists, [secretHash(ready.staticToken)])
      if (taken) throw new ValidationError('staticToken', 'This token is in use. Take a new one.')
      await mintToken(
        tx,
        { kind: 'FIN', name: 'fixed', integrationId: id, scopes: [...tokenScopes] },
        ready.staticToken,
      )
    }
    return { integration, clientId, clientSecret }
  })
}

function check(input: NewFinIntegration): NewFinIntegration & { webhookBaseUrl: string } {
  for (const field of ['name', 'identifier', 'webhookKey'] as const) {
    if (input[field].trim() === '') throw new ValidationError(field, 'This may not be empty.')
  }
  if (!/^[\w.~-]+$/.test(input.identifier)) {
    throw new ValidationError(
      'identifier',
      'Paste the Identifier from the deployment page; it has letters, digits and . _ ~ - only.',
    )
  }
  if (input.staticToken && input.staticToken.length < shortestStaticToken) {
    throw new ValidationError(
      'staticToken',
      `A fixed token needs at least ${shortestStaticToken} characters.`,
    )
  }
  if (input.staticToken && /\s/.test(input.staticToken)) {
    throw new ValidationError('staticToken', 'A token has no spaces.')
  }
  const webhookKey = input.webhookKey.trim()
  if (!/^[\x20-\x7e]+$/.test(webhookKey)) {
    throw new ValidationError('webhookKey', 'A key has letters, digits and signs that a header can carry.')
  }
  const webhookBaseUrl = (input.webhookBaseUrl ?? hosts[input.region]).replace(/\/+$/, '')
  if (!URL.canParse(webhookBaseUrl) || !/^https?:$/.test(new URL(webhookBaseUrl).protocol)) {
    throw new ValidationError('webhookBaseUrl', 'This is not an http(s) address.')
  }
  return { ...input, webhookKey, webhookBaseUrl }
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
  id: string,
  inboxId: string,
  agentId: string,
  input: NewFinIntegration,
): Promise<FinIntegration> {
  const [bot] = await tx.query(botAgent, [agentId])
  if (!bot)
    throw new ValidationError(
      'agentId',
      'The agent that stands for Fin must be a bot; make one with createAgent.',
    )
  try {
    const [row] = await tx.query<FinIntegration>(insert, [
      id,
      input.name.trim(),
      input.identifier,
      input.region,
      input.webhookBaseUrl,
      secrets.seal(input.webhookKey),
      input.signingSecret ? secrets.seal(input.signingSecret) : null,
      agentId,
      inboxId,
      input.state ?? 'ACTIVE',
      tx.now,
    ])
    if (!row) throw new Error('An integration was not inserted.')
    return row
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    throw new ValidationError('inboxId', 'This inbox has an active Fin integration already.')
  }
}

const tokenExists = statement('token.exists', 'select 1 from token where hash = $1')

const botAgent = statement(
  'agent.bot',
  'select 1 from agent where id = $1 and is_bot and archived_at is null',
)

const insert = statement(
  'integration.insert',
  `insert into fin_integration as f (id, name, identifier, region, webhook_base_url, webhook_key, signing_secret,
                                     agent_id, inbox_id, state, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   returning ${columns('f', Prisma.FinIntegrationScalarFieldEnum)}`,
)

const insertClient = statement(
  'oauthClient.insert',
  'insert into oauth_client (id, integration_id, client_id, secret_hash) values ($1, $2, $3, $4)',
)

const insertListener = statement(
  'listener.insert',
  'insert into listener (id, integration_id, position) values ($1, $2, $3)',
)
