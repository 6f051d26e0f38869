import { ValidationError } from '../errors.js'
import type { Prisma } from '../generated/prisma/client.js'

const longestTitle = 1_000

/** Trims a title; an empty one is none. */
export function cleanTitle(title: string | null | undefined): string | null {
  const trimmed = title?.replaceAll('\0', '').trim() ?? ''
  if (trimmed.length > longestTitle) {
    throw new ValidationError('title', `A title has at most ${longestTitle} characters.`)
  }
  return trimmed === '' ? null : trimmed
}

/** Sets the given keys and keeps the others; null removes a key. */
export function mergeAttributes(
  present: Prisma.JsonValue,
  given: Record<string, unknown> | null | undefined,
): Prisma.JsonObject {
  const merged = { ...(present as Prisma.JsonObject) }
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === null) delete merged[key]
    else if (value !== undefined) merged[key] = withoutNul(value as Prisma.JsonValue)
  }
  return merged
}

/** PostgreSQL stores no NUL, in JSON neither. */
function withoutNul(value: Prisma.JsonValue): Prisma.JsonValue {
  return JSON.parse(JSON.stringify(value).replaceAll('\\u0000', ''))
}
