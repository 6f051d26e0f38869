import { ValidationError } from '../errors.js'
import type { EmailBinding, FinRegion, SignatureMode } from '../generated/prisma/enums.js'
import { isNetwork } from '../networks.js'

/** What the people of an integration decide about it. */
export interface FinSettings {
  name: string
  /** As shown in Fin's deployment page. */
  identifier: string
  region: FinRegion
  /** Where webhooks go; the region's own host when left out. */
  webhookBaseUrl: string
  webhookKey: string
  /** Null: requests need no signature. */
  signingSecret: string | null
  signatureMode: SignatureMode
  /** In CIDR notation; empty: from anywhere, unless the installation knows Fin's networks. */
  allowedNetworks: readonly string[]
  /** Whether Fin gets to see private notes. */
  sendsNotes: boolean
  emailBinding: EmailBinding
}

/** What is left out, or null, is not decided; but a signing secret that is null is none. */
export type GivenSettings = { [Name in keyof FinSettings]?: FinSettings[Name] | null }

const names = [
  'name',
  'identifier',
  'region',
  'webhookKey',
  'signingSecret',
  'signatureMode',
  'allowedNetworks',
  'sendsNotes',
  'emailBinding',
] as const

const hosts = {
  US: 'https://api.intercom.io',
  EU: 'https://api.eu.intercom.io',
  AU: 'https://api.au.intercom.io',
} as const

/** Puts what is given in place of what is there. Throws ValidationError naming the field that cannot be. */
export function decided(
  present: Omit<FinSettings, 'webhookBaseUrl'> & { webhookBaseUrl?: string },
  given: GivenSettings,
) {
  const settings = { ...present }
  for (const name of names) {
    const value = given[name]
    if (value === undefined || (value === null && name !== 'signingSecret')) continue
    Object.assign(settings, { [name]: typeof value === 'string' ? value.trim() : value })
  }
  const moved = settings.region !== present.region && present.webhookBaseUrl === hosts[present.region]
  const webhookBaseUrl =
    given.webhookBaseUrl ?? (moved ? null : present.webhookBaseUrl) ?? hosts[settings.region]
  return checked({ ...settings, webhookBaseUrl: webhookBaseUrl.trim().replace(/\/+$/, '') })
}

function checked(settings: FinSettings): FinSettings {
  const { identifier, webhookKey, webhookBaseUrl, allowedNetworks } = settings
  for (const field of ['name', 'identifier', 'webhookKey'] as const) {
    if (settings[field] === '') throw new ValidationError(field, 'This may not be empty.')
  }
  if (settings.signingSecret === '') {
    throw new ValidationError('signingSecret', 'This may not be empty; null stands for none.')
  }
  if (!/^[\w.~-]+$/.test(identifier)) {
    throw new ValidationError(
      'identifier',
      'Paste the Identifier from the deployment page; it has letters, digits and . _ ~ - only.',
    )
  }
  if (!/^[\x20-\x7e]+$/.test(webhookKey)) {
    throw new ValidationError('webhookKey', 'A key has letters, digits and signs that a header can carry.')
  }
  if (!URL.canParse(webhookBaseUrl) || !/^https?:$/.test(new URL(webhookBaseUrl).protocol)) {
    throw new ValidationError('webhookBaseUrl', 'This is not an http(s) address.')
  }
  const odd = allowedNetworks.findIndex((network) => !isNetwork(network))
  if (odd >= 0) {
    throw new ValidationError(`allowedNetworks.${odd}`, 'Write a network as 192.0.2.0/24 or 2001:db8::/32.')
  }
  return settings
}
