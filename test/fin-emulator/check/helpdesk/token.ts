import type { Request } from 'express'
import type { Json } from './breakage.js'
import { accessToken, clientId, clientSecret } from './secrets.js'

/** How the token endpoint answers: credentials as Basic or in the body, as a form or JSON. */
export function tokenAnswer({ headers, body }: Request): { status: number; body: Json } {
  const text = body.toString()
  const isJson = headers['content-type'] === 'application/json'
  const given = isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
  const basic = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
  const [id, secret] = basic
    ? basic.split(':').map(decodeURIComponent)
    : [given.client_id, given.client_secret]
  if (given.grant_type !== 'client_credentials')
    return { status: 400, body: { error: 'unsupported_grant_type' } }
  if (id !== clientId || secret !== clientSecret) return { status: 401, body: { error: 'invalid_client' } }
  return { status: 200, body: { access_token: accessToken, token_type: 'Bearer', expires_in: 3_600 } }
}
