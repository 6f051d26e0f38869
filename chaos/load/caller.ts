import { setTimeout as pause } from 'node:timers/promises'
import { Pool } from 'undici'
import { draw, drawWhole } from '../draw.js'

/** Sends requests until they are acknowledged, as a client does whose servers may crash. */
export interface Caller {
  /**
   * POSTs the same body to one node or another until one acknowledges it. No answer, or a 503, is no acknowledgement; and
   * some get lost on their way, which the caller draws. Throws for any other answer, such as a 500: a crash of something
   * else is no reason for it.
   */
  insist<T>(request: CallerRequest): Promise<T>
  /** Requests that were sent again. */
  readonly repeats: number
  close(): Promise<void>
}

export interface CallerRequest {
  path: string
  token: string
  body: object
  /** What choices about this request belong to. */
  key: string
}

type Outcome<T> = { value: T } | { again: unknown }

const connections = 32
const lost = 0.03
const shortestPauseMs = 25
const longestPauseMs = 400
const timeoutMs = 20_000
const patienceMs = 180_000

/** A client of these nodes. */
export function openCaller(urls: readonly string[], seed: number): Caller {
  const pools = urls.map(
    (url) => new Pool(url, { connections, headersTimeout: timeoutMs, bodyTimeout: timeoutMs }),
  )
  let repeats = 0
  let closed = false

  async function insist<T>(request: CallerRequest): Promise<T> {
    const deadline = Date.now() + patienceMs
    const first = drawWhole(0, pools.length - 1, seed, request.key, 'node')
    let pauseMs = shortestPauseMs
    for (let attempt = 0; ; attempt++) {
      const outcome = await send<T>(pools[(first + attempt) % pools.length] as Pool, request)
      if ('value' in outcome && draw(seed, request.key, 'lost', attempt) >= lost) return outcome.value
      repeats++
      if (closed || Date.now() > deadline)
        throw new Error(`${request.path} was never acknowledged: ${request.key}`, { cause: outcome })
      if (!('again' in outcome)) continue
      await pause(pauseMs)
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
  }

  return {
    insist,
    get repeats() {
      return repeats
    },
    async close() {
      closed = true
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}

async function send<T>(pool: Pool, { path, token, body, key }: CallerRequest): Promise<Outcome<T>> {
  let status: number
  let text: string
  try {
    const response = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    status = response.statusCode
    text = await response.body.text()
  } catch (error) {
    return { again: error }
  }
  if (status === 503) return { again: text }
  const answer = JSON.parse(text)
  if (status >= 300 || answer.errors) throw new Error(`${path}, for ${key}, answered ${status}: ${text}`)
  return { value: answer }
}
