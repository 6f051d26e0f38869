import OAuth2Server from '@node-oauth/oauth2-server'
import type { Request } from 'express'
import { object, text } from './fields.js'

const known = ['grant_type', 'client_id', 'client_secret'] as const

type Parameters = { [Name in (typeof known)[number]]?: string }

/** What a token request says, as a form or as JSON, its credentials in the body or as Basic. */
export function tokenParameters(request: Request): Record<string, string> {
  const given = bodyParameters(request)
  const basic = basicCredentials(request.headers.authorization)
  for (const name of ['client_id', 'client_secret'] as const) {
    if (basic && given[name] && given[name] !== basic[name]) {
      throw new OAuth2Server.InvalidRequestError('The header and the body name different credentials.')
    }
  }
  return { ...given, ...basic }
}

function bodyParameters(request: Request): Parameters {
  const raw = Buffer.isBuffer(request.body) ? request.body.toString() : ''
  if (request.is('json')) return jsonParameters(raw)
  if (raw === '' || !request.headers['content-type'] || request.is('urlencoded')) return formParameters(raw)
  throw new OAuth2Server.InvalidRequestError('Send application/x-www-form-urlencoded or application/json.')
}

function formParameters(raw: string): Parameters {
  const form = new URLSearchParams(raw)
  const parameters: Parameters = {}
  for (const name of known) {
    const [value, ...repeated] = form.getAll(name)
    if (repeated.length > 0) throw new OAuth2Server.InvalidRequestError(`${name} is given more than once.`)
    if (value) parameters[name] = value
  }
  return parameters
}

function jsonParameters(raw: string): Parameters {
  let json: unknown
  try {
    json = JSON.parse(raw)
  } catch {
    throw new OAuth2Server.InvalidRequestError('The body is not valid JSON.')
  }
  const parameters: Parameters = {}
  for (const name of known) {
    const value = text(object(json)?.[name])
    if (value) parameters[name] = value
  }
  return parameters
}

/** Basic's two halves are form-encoded (RFC 6749, section 2.3.1); what does not decode is taken as it is. */
function basicCredentials(authorization: string | undefined): Parameters | null {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (!encoded) return null
  const [, id = '', secret = ''] = /^([^:]*):?(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { client_id: decoded(id), client_secret: decoded(secret) }
}

function decoded(half: string): string {
  try {
    return decodeURIComponent(half.replaceAll('+', ' '))
  } catch {
    return half
  }
}
