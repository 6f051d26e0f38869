import type { Secrets } from '../secrets.js'

/** What is kept of a call's input to recognise it again. Keyed, since an input may hold a password. */
export function fingerprint(secrets: Secrets, input: unknown): Buffer {
  return secrets.fingerprint(canonical(input))
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner) && !(inner instanceof Date)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
