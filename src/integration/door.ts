import { briefly } from '../briefly.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { FinRegion, SignatureMode } from '../generated/prisma/enums.js'
import { isWithin, type Ranges } from '../networks.js'
import type { Secrets } from '../secrets.js'
import { secretHash } from '../token/mint.js'
import { recordForIntegration } from './log.js'
import { type SignedRequest, signatureFault } from './signature.js'

/** What stands between a valid token and the Fin API, and tells the people of an integration why somebody was not let in. */
export interface Door {
  /** Whether a request with a token of this integration may come in. */
  admits(integrationId: string, request: SignedRequest, address: string): Promise<boolean>
  /** Whether a request for a token of this integration may come from here. */
  admitsFrom(integrationId: string, address: string): Promise<boolean>
  /** Explains a refusal in the integration's log. Says nothing to the caller, and takes none of its time. */
  refused(integrationId: string, detail: string): void
  /** The same for a request for a token that names one of an integration's clients. */
  refusedClient(clientId: string, detail: string): void
  /** The same for an Authorization that opens nothing, when its token is one of an integration's. */
  refusedToken(token: string | null, authorization: string): void
  /** Asks for the settings anew, after a change on this node. */
  forget(): void
}

export interface DoorOptions {
  secrets: Secrets
  /** The networks that Fin calls from, for integrations that name none themselves. */
  ranges?: () => Ranges
  report: (error: Error) => void
}

interface Settings {
  region: FinRegion
  signingSecret: Uint8Array | null
  signatureMode: SignatureMode
  allowedNetworks: string[]
}

/** The same reason is recorded at most this often, in ms: a stranger can knock as often as he likes. */
const recordEvery = 1_000
const mostReasons = 1_000

export function openDoor(db: Database, { secrets, ranges, report }: DoorOptions): Door {
  const settingsOf = briefly(async (integrationId) => {
    const [settings] = await db.query<Settings>(find, [integrationId])
    if (!settings) throw new Error(`The integration ${integrationId} of a token was not found.`)
    return settings
  })
  const recordedAt = new Map<string, number>()

  function refused(integrationId: string, detail: string) {
    const reason = `${integrationId} ${detail}`
    const now = performance.now()
    if (now - (recordedAt.get(reason) ?? Number.NEGATIVE_INFINITY) < recordEvery) return
    if (recordedAt.size >= mostReasons) recordedAt.clear()
    recordedAt.set(reason, now)
    recordForIntegration(db, integrationId, { kind: 'REFUSED', detail }).catch(report)
  }

  async function admitsFrom(integrationId: string, address: string): Promise<boolean> {
    const { region, allowedNetworks } = await settingsOf(integrationId)
    const networks = allowedNetworks.length > 0 ? allowedNetworks : ranges?.()[region]
    if (!networks && !ranges) return true
    if (isWithin(address, networks ?? [])) return true
    refused(integrationId, `A request came from ${address}, which is in none of the allowed networks`)
    return false
  }

  return {
    refused,
    admitsFrom,
    async admits(integrationId, request, address) {
      if (!(await admitsFrom(integrationId, address))) return false
      const { signingSecret, signatureMode } = await settingsOf(integrationId)
      if (!signingSecret) return true
      const fault = signatureFault(secrets.open(signingSecret), request, db.clock.now())
      if (!fault) return true
      if (signatureMode === 'ENFORCE') refused(integrationId, fault)
      else refused(integrationId, `${fault}. It was let in, since signatures are only logged`)
      return signatureMode === 'LOG'
    },
    refusedClient(clientId, detail) {
      db.query<{ integrationId: string }>(findClient, [clientId])
        .then(([known]) => {
          if (known) refused(known.integrationId, `A token was asked for in vain: ${detail}`)
        })
        .catch(report)
    },
    refusedToken(token, authorization) {
      const meant = token ?? authorization.trim().split(/\s+/).at(-1) ?? ''
      db.query<KnownToken>(findToken, [secretHash(meant), db.clock.now()])
        .then(([known]) => {
          if (!known) return
          const { integrationId, isRevoked, hasExpired, isArchived } = known
          if (isRevoked) refused(integrationId, 'The token was revoked')
          else if (hasExpired) refused(integrationId, 'The token has expired')
          else if (isArchived) refused(integrationId, 'The integration is archived')
          else if (!token) refused(integrationId, 'Authorization must be "Bearer", a space, and the token')
        })
        .catch(report)
    },
    forget: settingsOf.forget,
  }
}

const find = statement(
  'integration.door',
  `select region, signing_secret as "signingSecret", signature_mode as "signatureMode",
          allowed_networks as "allowedNetworks"
     from fin_integration where id = $1`,
)

const findClient = statement(
  'oauthClient.integration',
  'select integration_id as "integrationId" from oauth_client where client_id = $1',
)

interface KnownToken {
  integrationId: string
  isRevoked: boolean
  hasExpired: boolean
  isArchived: boolean
}

const findToken = statement(
  'token.ofIntegration',
  `select t.integration_id as "integrationId", t.revoked_at is not null as "isRevoked",
          coalesce(t.expires_at <= $2, false) as "hasExpired", f.archived_at is not null as "isArchived"
     from token t join fin_integration f on f.id = t.integration_id where t.hash = $1`,
)
