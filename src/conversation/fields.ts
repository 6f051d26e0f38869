import { ValidationError } from '../errors.js'
import type { Prisma } from '../generated/prisma/client.js'
import { storable } from '../text.js'

const longestTitle = 1_000

/** Trims a title; an empty one is none. */
export function cleanTitle(title: string | null | undefined): string | null {
  const trimmed = storable(title ?? '').trim()
  if (trimmed.length > longestTitle) {
    throw new ValidationError('title', `A title has at most ${longestTitle} characters.`)
  }
  return trimmed === '' ? null : trimmed
}

/**
 * Sets the given keys and keeps the others; null removes a key. A text that is the JSON of a present object is that one:
 * a client that is shown texts for objects sends texts back.
 */
export function mergeAttributes(
  present: Prisma.JsonValue,
  given: Record<string, unknown> | null | undefined,
): Prisma.JsonObject {
  const merged = new Map(Object.entries(present as Prisma.JsonObject))
  for (const [key, value] of Object.entries(given ?? {})) {
    if (value === null) merged.delete(key)
    else if (typeof value === 'string' && isJsonOf(merged.get(key), value)) continue
    else if (value !== undefined) merged.set(storable(key), storableJson(value as Prisma.JsonValue))
  }
  return Object.fromEntries(merged)
}

function isJsonOf(present: Prisma.JsonValue | undefined, text: string): boolean {
  return typeof present === 'object' && present !== null && JSON.stringify(present) === text
}

function storableJson(value: Prisma.JsonValue): Prisma.JsonValue {
  return JSON.parse(JSON.stringify(value), (_, inner) => {
    if (typeof inner === 'string') return storable(inner)
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).map(([key, one]) => [storable(key), one]))
  })
}
