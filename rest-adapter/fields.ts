// Fin's requests are read by type: what is of another type than expected counts as missing.

/** More would not fit into an index. */
const longestIdentifier = 255

/** Text as it is, a number as text; null when missing or empty. */
export function text(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** Text that identifies something: an id, an e-mail address. */
export function identifier(value: unknown): string | null {
  const given = text(value)
  return given !== null && given.length <= longestIdentifier ? given : null
}

/** An object, not an array. */
export function object(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** An array's texts. */
export function texts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.map(text).filter((item) => item !== null) : null
}

const iso8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** A moment since 1970, in the one form that is stored; UTC unless it says otherwise. */
export function time(value: unknown): string | null {
  const given = text(value)?.trim()
  const match = given && iso8601.exec(given)
  if (!match) return null
  const moment = new Date(match[1] || !given.includes(':') ? given : `${given}Z`)
  return moment.getTime() >= 0 ? moment.toISOString() : null
}
