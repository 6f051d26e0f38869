import { createHmac } from 'node:crypto'
import type { Signature } from './breakage.js'

export const clientId = 'client'
export const clientSecret = 'a secret'
export const signingSecret = 'a signing secret'
export const accessToken = 'the-token'

export const digestOf = ({ secret, timestamp, signed }: Signature) =>
  createHmac('sha256', secret).update(`${timestamp}:${signed}`).digest()
