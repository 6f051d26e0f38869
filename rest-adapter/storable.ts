import type { UnreadValue } from '../src/integration/log.js'
import { storable as storableText } from '../src/text.js'

/** Nested deeper than anybody means it; deeper still, neither JSON nor PostgreSQL can store it. */
const deepest = 100

/**
 * The same when all of it can be stored, as most can; else a copy without what PostgreSQL cannot keep in a text, what is
 * nested too deep, and numbers beyond all numbers.
 */
export function storable(given: Record<string, unknown>, unread: UnreadValue[]): Record<string, unknown> {
  if (isStorable(given, 0)) return given
  const lost: Lost = { tooDeep: [], tooLarge: 0 }
  const copy = copied(given, 0, lost)
  for (const value of lost.tooDeep.slice(0, mostNoted)) {
    const detail = `What is nested deeper than ${deepest} levels was left out`
    unread.push({ field: 'body', value: asText(value), detail })
  }
  if (lost.tooLarge > 0) unread.push({ field: 'body', detail: 'A number that is too large was left out' })
  return copy as Record<string, unknown>
}

interface Lost {
  tooDeep: unknown[]
  tooLarge: number
}

const mostNoted = 10

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return storableText(value) === value
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepest) return false
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1))
  return Object.entries(value).every(([key, item]) => isStorable(key, depth) && isStorable(item, depth + 1))
}

function copied(value: unknown, depth: number, lost: Lost): unknown {
  if (typeof value === 'string') return storableText(value)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    lost.tooLarge++
    return undefined
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) {
    lost.tooDeep.push(value)
    return undefined
  }
  if (Array.isArray(value)) {
    return value.map((item) => copied(item, depth + 1, lost)).filter((item) => item !== undefined)
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const kept = copied(item, depth + 1, lost)
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
