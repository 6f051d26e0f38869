import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a signature of a request is about. */
export interface SignedRequest {
  method: string
  /** As received, without the question mark. */
  query: string
  /** As received. */
  body: Buffer
  /** X-Fin-Request-Timestamp: seconds since 1970. */
  timestamp: string | undefined
  /** X-Fin-Signature. */
  signature: string | undefined
}

/** In ms, either way. */
const window = 5 * 60 * 1_000

/** What is wrong with the signature of a request, for people; null when it is right. */
export function signatureFault(secret: string, request: SignedRequest, now: Date): string | null {
  const { timestamp, signature } = request
  if (!timestamp || !signature) return 'X-Fin-Signature or X-Fin-Request-Timestamp is missing'
  if (!/^\d{1,12}$/.test(timestamp)) return 'X-Fin-Request-Timestamp is not a time in seconds'
  const age = now.getTime() - Number(timestamp) * 1_000
  if (age > window) return 'The signature is older than 5 minutes'
  if (age < -window) return 'The signature is more than 5 minutes ahead: compare the clocks'
  const given = decoded(signature)
  if (!given) return 'X-Fin-Signature is neither 64 hexadecimal digits nor base64 of 32 bytes'
  const digests = readings(request).map((text) =>
    createHmac('sha256', secret).update(`${timestamp}:`).update(text).digest(),
  )
  // All of them are compared, whichever fits, so that the time says nothing.
  const fitting = digests.filter((digest) => timingSafeEqual(digest, given))
  return fitting.length > 0 ? null : 'The signature does not fit: compare the signing secret'
}

/** Hexadecimal in either case, with or without a prefix, or base64. */
function decoded(signature: string): Buffer | null {
  const text = signature.trim().replace(/^sha256=/i, '')
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : null
}

/** What may have been signed: the body, or a GET's parameters by name, which can be written in three ways. */
function readings({ method, query, body }: SignedRequest): (Buffer | string)[] {
  if (method !== 'GET') return [body]
  const nameOf = (pair: string) => pair.split('=', 1)[0] ?? ''
  const received = query
    .split('&')
    .filter((pair) => pair !== '')
    .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
  const pairs = [...new URLSearchParams(received.join('&'))]
  return [
    received.join('&'),
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
    pairs.map(([name, value]) => `${formEncoded(name)}=${formEncoded(value)}`).join('&'),
  ]
}

/** As Ruby on Rails writes a query. */
function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
