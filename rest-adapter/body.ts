import express, { type Request } from 'express'
import { Problem } from './problem.js'

/** Nested deeper than anybody means it; deeper still, neither JSON nor PostgreSQL can store it. */
const deepest = 100

/** Keeps the bytes as they came: signatures are over them. */
export const readBody = express.raw({ type: () => true, limit: '1mb' })

/** The JSON of a request's body; undefined when it is empty. Throws a Problem for anything but an object or null. */
export function jsonBody(request: Request): object | null | undefined {
  const raw: unknown = request.body
  if (!Buffer.isBuffer(raw) || raw.length === 0) return undefined
  if (!request.is('json')) throw new Problem(415, 'The body must be application/json.')
  const value = storable(parse(raw), 0)
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem(400, 'The body must be a JSON object.')
  }
  return value
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw))
  } catch {
    throw new Problem(400, 'The body is not valid JSON.')
  }
}

/** A copy without what PostgreSQL does not store: NUL, and halves of surrogate pairs. */
function storable(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return Buffer.from(value.replaceAll('\0', '')).toString()
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) throw new Problem(400, `The body is nested deeper than ${deepest} levels.`)
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storable(key, depth), storable(item, depth + 1)]),
  )
}
