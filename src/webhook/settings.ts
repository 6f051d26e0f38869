import { randomBytes } from 'node:crypto'
import { ValidationError } from '../errors.js'

/** Why a document cannot be a webhook's, for people; none when it can. */
export type DocumentCheck = (subscription: string, variables: Record<string, unknown>) => readonly string[]

/** What the admins decide about a webhook. */
export interface WebhookSettings {
  url: string
  subscription: string
  variables: Record<string, unknown>
}

/** Throws ValidationError naming the field that cannot be. */
export function checkWebhook({ url, subscription, variables }: WebhookSettings, check: DocumentCheck): void {
  checkUrl(url)
  const [fault] = check(subscription, variables)
  if (fault) throw new ValidationError('subscription', fault)
}

function checkUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol) || url.length > 2_000) {
    throw new ValidationError('url', 'This is not an http(s) address of at most 2000 characters.')
  }
  const { username, password } = new URL(url)
  if (username || password) {
    throw new ValidationError('url', 'Leave user and password out: the signature says who is calling.')
  }
}

const prefix = 'whsec_'

/** A new secret, as Standard Webhooks writes it. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/** Throws ValidationError for what Standard Webhooks would not take. */
export function checkWebhookSecret(secret: string): void {
  const [, encoded = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded || bytes.length < 24 || bytes.length > 64) {
    throw new ValidationError(
      'secret',
      `A secret is \`${prefix}\` and 24 to 64 bytes in base64: ${prefix}$(openssl rand -base64 32).`,
    )
  }
}
