import type { Request } from 'express'
import { storable } from '../src/text.js'
import { object } from './fields.js'

const longestKept = 100
const mostItems = 10
const deepest = 8
/** In characters of JSON. */
const largest = 4_096

const headersKept = ['content-type', 'content-length', 'user-agent', 'x-fin-request-timestamp']
const headersNamed = ['authorization', 'x-fin-signature']
const isKept = /^(id|\w+_id|user_type|message_type|visibility|status|\w+_at|type)$/

/** What a request said, without its secrets and without its people's words. */
export function redacted(request: Request): object {
  const { headers, method, query, body } = request
  const kept = headersKept.flatMap((name) =>
    headers[name] ? [[name, String(headers[name]).slice(0, longestKept)]] : [],
  )
  const named = headersNamed.flatMap((name) => (headers[name] ? [[name, '<present>']] : []))
  const parameters = method === 'GET' ? without(query, '', 0) : ofBody(body)
  const isLarge = JSON.stringify(parameters).length > largest
  return {
    headers: Object.fromEntries([...kept, ...named]),
    parameters: isLarge ? `<more than ${largest} characters>` : parameters,
  }
}

function ofBody(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return null
  try {
    return without(JSON.parse(body.toString()), '', 0)
  } catch {
    return `<not JSON, ${body.length} bytes>`
  }
}

function without(value: unknown, name: string, depth: number): unknown {
  if (typeof value === 'string') return ofText(value, name)
  if (typeof value === 'number') return isKept.test(name) ? value : '<number>'
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '<nested deeper>'
  if (Array.isArray(value)) {
    const items = value.slice(0, mostItems).map((item) => without(item, '', depth + 1))
    return value.length > mostItems ? [...items, `<${value.length - mostItems} more>`] : items
  }
  // The names of attributes are Fin's to choose, but those of everything else are the contract's.
  return Object.fromEntries(
    Object.entries(object(value) ?? {})
      .slice(0, 5 * mostItems)
      .map(([key, item]) => [
        storable(key.slice(0, longestKept)),
        name === 'attributes'
          ? `<${Array.isArray(item) ? 'array' : typeof item}>`
          : without(item, key, depth + 1),
      ]),
  )
}

function ofText(text: string, name: string): string {
  if (isKept.test(name)) return storable(text.slice(0, longestKept))
  if (/url$/.test(name) && URL.canParse(text)) return `<${new URL(text).host}>`
  return `<text, ${text.length} characters>`
}
