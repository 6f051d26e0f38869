import { setTimeout as pause } from 'node:timers/promises'

const pauseMs = 25
const patienceMs = 120_000

type Outcome<T> = { value: T } | { again: unknown }

/**
 * Sends the same request until it is acknowledged, as a client does whose server may crash: no answer, or a 5xx, is
 * no acknowledgement, and `isLost` says of each acknowledgement whether it got lost on its way. Throws for an answer
 * that no repeat would change.
 */
export async function insist<T>(url: string, token: string, body: object, isLost: () => boolean): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const outcome = await send<T>(url, token, body)
    if ('value' in outcome && !isLost()) return outcome.value
    if (Date.now() > deadline) throw new Error(`${url} was never acknowledged`, { cause: outcome })
    await pause(pauseMs)
  }
}

async function send<T>(url: string, token: string, body: object): Promise<Outcome<T>> {
  let status: number
  let text: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    })
    status = response.status
    text = await response.text()
  } catch (error) {
    return { again: error }
  }
  if (status >= 500) return { again: text }
  const answer = JSON.parse(text)
  if (status >= 300 || answer.errors) throw new Error(`${url} answered ${status}: ${text}`)
  return { value: answer }
}
