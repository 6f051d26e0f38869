import { timingSafeEqual } from 'node:crypto'
import { publicId } from '../ids.js'
import type { Secrets } from '../secrets.js'

/** In ms. */
const lifetime = 60 * 60_000

/** The path that opens a stored file to whoever has it, for an hour. */
export function fileLink(secrets: Secrets, id: string, now: Date): string {
  const expires = String(Math.floor((now.getTime() + lifetime) / 1_000))
  const signature = sign(secrets, id, expires).toString('base64url')
  return `/files/${publicId('StoredFile', id)}?expires=${expires}&signature=${signature}`
}

/** Whether a link opens a file: null when it was not made here. */
export function linkState(
  secrets: Secrets,
  id: string,
  { expires, signature }: { expires: unknown; signature: unknown },
  now: Date,
): 'OPEN' | 'EXPIRED' | null {
  if (typeof expires !== 'string' || typeof signature !== 'string') return null
  const right = sign(secrets, id, expires)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  return Number(expires) * 1_000 > now.getTime() ? 'OPEN' : 'EXPIRED'
}

function sign(secrets: Secrets, id: string, expires: string): Buffer {
  return secrets.fingerprint(`file ${id} ${expires}`)
}
