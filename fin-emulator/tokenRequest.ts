import { type Dispatcher, request } from 'undici'
import { z } from 'zod'
import type { Activity } from './activity.js'
import { type Connection, tokenAddress } from './connection.js'
import { HelpdeskError, reason } from './helpdeskError.js'

const answerShape = z.object({ access_token: z.string().min(1) })

/** Asks the helpdesk's token endpoint for a token: OAuth client credentials, RFC 6749 section 4.4. */
export async function requestToken(
  connection: Connection,
  activity: Activity,
  dispatcher: Dispatcher,
): Promise<string> {
  const address = tokenAddress(connection)
  const started = performance.now()
  let status: number | null = null
  let detail: string | null = null
  try {
    const answer = await request(address, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: credentials(connection),
    })
    status = answer.statusCode
    const text = await answer.body.text()
    if (status >= 300) throw new Error(`${status} ${text.slice(0, 200)}`)
    return answerShape.parse(JSON.parse(text)).access_token
  } catch (error) {
    detail = error instanceof z.ZodError ? 'the answer holds no access_token' : reason(error)
    throw new HelpdeskError(`No token from ${address}: ${detail}`, status)
  } finally {
    const duration_ms = Math.round(performance.now() - started)
    activity.add({ kind: 'token', name: 'token', status, duration_ms, detail })
  }
}

function credentials(connection: Connection): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: connection.clientId ?? '',
    client_secret: connection.clientSecret ?? '',
  }).toString()
}
