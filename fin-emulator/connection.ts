/** The names of the API's two variants: every call a POST, or REST by resource. */
export const variantNames = ['posts', 'rest'] as const

/** Which variant of the API Fin speaks. */
export type VariantName = (typeof variantNames)[number]

/** What Fin's deployment page asks for, so that Fin can reach a helpdesk. */
export interface Connection {
  /** The helpdesk's address. Without a path, `/api/fin` is added. */
  helpdesk: string
  variant: VariantName
  /** Default: `/oauth/token` at the helpdesk. */
  tokenUrl?: string | undefined
  clientId?: string | undefined
  clientSecret?: string | undefined
  /** A fixed bearer token in place of OAuth; it is never renewed. */
  staticToken?: string | undefined
  /** Signs every request. Unset: requests are not signed. */
  signingSecret?: string | undefined
  /** The agent who stands for Fin. Unset: the agent named Fin, or the only one. */
  agentId?: string | undefined
}

/** Where the nine operations live. */
export function apiBase(connection: Connection): string {
  const url = new URL(connection.helpdesk)
  if (url.pathname === '/') url.pathname = '/api/fin'
  return url.href.replace(/\/$/, '')
}

/** Where tokens come from. */
export function tokenAddress(connection: Connection): string {
  return connection.tokenUrl ?? new URL('/oauth/token', connection.helpdesk).href
}
