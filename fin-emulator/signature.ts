import { createHmac } from 'node:crypto'

/**
 * The two headers that Fin signs a request with.
 *
 * @param signed the request's body as sent, or for a GET its sorted parameters
 */
export function signatureHeaders(secret: string, signed: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`${timestamp}:${signed}`).digest('hex')
  return { 'X-Fin-Request-Timestamp': timestamp, 'X-Fin-Signature': signature }
}

/** A query as Fin signs it: sorted by name, percent-encoded as it is sent. */
export function sortedParameters(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query)
  sorted.sort()
  return sorted.toString()
}
