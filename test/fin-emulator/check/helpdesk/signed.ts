import type { Request } from 'express'
import type { Signature } from './breakage.js'
import { digestOf, signingSecret } from './secrets.js'

/** The signature of a request, and the text that it is to be over. */
export function signatureOf(request: Request): Signature {
  const { 'x-fin-signature': given, 'x-fin-request-timestamp': timestamp } = request.headers
  const body = Buffer.isBuffer(request.body) ? request.body.toString() : ''
  const query = (request.url.split('?')[1] ?? '').split('&').sort().join('&')
  return {
    secret: signingSecret,
    timestamp: String(timestamp ?? ''),
    signed: request.method === 'GET' ? query : body,
    given: String(given ?? ''),
  }
}

/** Whether it fits, in any of the usual forms, and is not older than 5 minutes. */
export function fits(signature: Signature): boolean {
  const age = Math.abs(Date.now() / 1_000 - Number(signature.timestamp))
  const digest = digestOf(signature)
  const given = signature.given.replace('sha256=', '')
  const isRight = given.toLowerCase() === digest.toString('hex') || given === digest.toString('base64')
  return age < 300 && isRight
}
