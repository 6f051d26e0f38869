import { timingSafeEqual } from 'node:crypto'
import { publicId } from '../ids.js'
import type { Secrets } from '../secrets.js'

/** In ms. */
const lifetime = 60 * 60_000

/** What a link is for: to read a file, to read it also once its message is deleted, or to send its content. */
type Use = 'file' | 'history' | 'upload'

/** The path that opens a copy to whoever has it, for an hour. */
export function fileLink(secrets: Secrets, id: string, now: Date): string {
  return signed(secrets, 'file', 'StoredFile', id, now)
}

/** The same of an uploaded file. */
export function uploadedFileLink(secrets: Secrets, id: string, now: Date): string {
  return signed(secrets, 'file', 'UploadedFile', id, now)
}

/** The same, also once its message is deleted: for whoever sees what was deleted. */
export function pastFileLink(secrets: Secrets, id: string, now: Date): string {
  return signed(secrets, 'history', 'UploadedFile', id, now)
}

/** The path that takes an uploaded file's content, for an hour. */
export function uploadLink(secrets: Secrets, id: string, now: Date): string {
  return signed(secrets, 'upload', 'UploadedFile', id, now)
}

function signed(
  secrets: Secrets,
  use: Use,
  type: 'StoredFile' | 'UploadedFile',
  id: string,
  now: Date,
): string {
  const expires = String(Math.floor((now.getTime() + lifetime) / 1_000))
  const signature = sign(secrets, use, id, expires).toString('base64url')
  return `/files/${publicId(type, id)}?expires=${expires}&signature=${signature}`
}

/** Whether a link is good for this use: null when it was not made here, or for another. */
export function linkState(
  secrets: Secrets,
  use: Use,
  id: string,
  { expires, signature }: { expires?: unknown; signature?: unknown },
  now: Date,
): 'OPEN' | 'EXPIRED' | null {
  if (typeof expires !== 'string' || typeof signature !== 'string') return null
  const right = sign(secrets, use, id, expires)
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  return Number(expires) * 1_000 > now.getTime() ? 'OPEN' : 'EXPIRED'
}

function sign(secrets: Secrets, use: Use, id: string, expires: string): Buffer {
  return secrets.fingerprint(`${use} ${id} ${expires}`)
}
