import { Agent, request } from 'undici'
import { createAccessToken } from './accessToken.js'
import type { Activity } from './activity.js'
import { apiBase, type Connection } from './connection.js'
import { HelpdeskError, reason } from './helpdeskError.js'
import { signatureHeaders, sortedParameters } from './signature.js'

/** One call of one operation: its parameters go into the query of a GET, else into the body. */
export interface Call {
  operation: string
  method: 'GET' | 'POST' | 'PUT'
  path: string
  parameters: Record<string, unknown>
}

/** Carries calls to the helpdesk. */
export interface Transport {
  /**
   * The parsed body of a 2xx answer; throws `HelpdeskError` for everything else.
   *
   * @param conversation what the log files the call under
   */
  send(call: Call, conversation: string | null): Promise<unknown>
  close(): Promise<void>
}

interface Answer {
  status: number
  text: string
}

/** Opens a pool of connections to one helpdesk; each request carries the token and, with a secret, a signature. */
export function createTransport(connection: Connection, activity: Activity): Transport {
  const dispatcher = new Agent({
    connect: { timeout: 5_000 },
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
  })
  const token = createAccessToken(connection, activity, dispatcher)
  const base = apiBase(connection)

  async function send(call: Call, conversation: string | null): Promise<unknown> {
    const bearer = await token.current()
    const answer = await attempt(call, bearer, conversation)
    // A refusal is answered once with another token, a 403 too: Fin does not ask what a 403 meant.
    if (answer.status !== 401 && answer.status !== 403) return read(call, answer)
    const renewed = await token.renew(bearer)
    return read(call, renewed === null ? answer : await attempt(call, renewed, conversation))
  }

  async function attempt(call: Call, bearer: string, conversation: string | null): Promise<Answer> {
    const started = performance.now()
    let status: number | null = null
    let detail: string | null = null
    try {
      const { url, body, signed } = prepare(base, call)
      const headers: Record<string, string> = {
        authorization: `Bearer ${bearer}`,
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(connection.signingSecret ? signatureHeaders(connection.signingSecret, signed) : {}),
      }
      const answer = await request(url, { dispatcher, method: call.method, headers, body })
      const text = await answer.body.text()
      status = answer.statusCode
      if (status >= 300) detail = text.slice(0, 300)
      return { status, text }
    } catch (error) {
      detail = reason(error)
      throw new HelpdeskError(`${call.operation} did not reach ${base}: ${detail}`, null)
    } finally {
      const duration_ms = Math.round(performance.now() - started)
      activity.add({ kind: 'call', name: call.operation, conversation, status, duration_ms, detail })
    }
  }

  return { send, close: () => dispatcher.destroy() }
}

function prepare(base: string, call: Call): { url: string; body: string | null; signed: string } {
  if (call.method !== 'GET') {
    const body = JSON.stringify(call.parameters)
    return { url: base + call.path, body, signed: body }
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.parameters)) {
    if (value !== undefined) query.set(name, String(value))
  }
  const search = query.size > 0 ? `?${query}` : ''
  return { url: base + call.path + search, body: null, signed: sortedParameters(query) }
}

function read(call: Call, { status, text }: Answer): unknown {
  if (status < 200 || status >= 300) {
    throw new HelpdeskError(`${call.operation} was answered ${status}: ${text.slice(0, 300)}`, status)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new HelpdeskError(`${call.operation} was answered ${status} with a body that is not JSON`, status)
  }
}
