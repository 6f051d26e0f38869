import type { Dispatcher } from 'undici'
import type { Activity } from './activity.js'
import type { Connection } from './connection.js'
import { requestToken } from './tokenRequest.js'

/** Fin's bearer token for a helpdesk. */
export interface AccessToken {
  current(): Promise<string>
  /** Another token in place of `refused`; null when there is no way to get one. */
  renew(refused: string): Promise<string | null>
}

/**
 * OAuth client credentials, or a fixed token.
 *
 * A token is used until the helpdesk refuses it: Fin learns of an expiry by a 401 or 403, not from a clock.
 */
export function createAccessToken(
  connection: Connection,
  activity: Activity,
  dispatcher: Dispatcher,
): AccessToken {
  const fixed = connection.staticToken
  if (fixed !== undefined) return { current: async () => fixed, renew: async () => null }

  let held: Promise<string> | undefined

  // Held while in flight, so that calls made together share one token; let go when it fails.
  function fetchToken(): Promise<string> {
    const token = requestToken(connection, activity, dispatcher)
    held = token
    token.catch(() => {
      if (held === token) held = undefined
    })
    return token
  }

  // Of several calls refused together the first to arrive here fetches, the others take what it fetched.
  async function renew(refused: string): Promise<string> {
    const before = held
    const token = await before
    if (token !== undefined && token !== refused) return token
    return held === before || held === undefined ? fetchToken() : held
  }

  return { current: () => held ?? fetchToken(), renew }
}
