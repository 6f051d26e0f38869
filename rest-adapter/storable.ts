import type { UnreadValue } from '../src/integration/log.js'
import { storable as storableText } from '../src/text.js'

/** Nested deeper than anybody means it; deeper still, neither JSON nor PostgreSQL can store it. */
const deepest = 100

/** A copy that can be stored: without what PostgreSQL cannot keep in a text, and without what is nested too deep. */
export function storable(given: Record<string, unknown>, unread: UnreadValue[]): Record<string, unknown> {
  const tooDeep: unknown[] = []
  const copy = copied(given, 0, tooDeep)
  for (const value of tooDeep) {
    const detail = `What is nested deeper than ${deepest} levels was left out`
    unread.push({ field: 'body', value: asText(value), detail })
  }
  return copy as Record<string, unknown>
}

function copied(value: unknown, depth: number, tooDeep: unknown[]): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) {
    tooDeep.push(value)
    return undefined
  }
  if (Array.isArray(value)) {
    return value.map((item) => copied(item, depth + 1, tooDeep)).filter((item) => item !== undefined)
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const kept = copied(item, depth + 1, tooDeep)
      return kept === undefined ? [] : [[storableText(key), kept]]
    }),
  )
}

/** Its JSON, unless even that cannot be written down. */
function asText(value: unknown): string | null {
  try {
    return storableText(JSON.stringify(value))
  } catch {
    return null
  }
}
