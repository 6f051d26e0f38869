import { storable } from '../src/text.js'
import type { Call } from './call.js'
import { object } from './fields.js'

const longestKept = 100
const mostItems = 10
const deepest = 8
/** In characters of JSON. */
const largest = 4_096

const headersKept = ['content-type', 'content-length', 'user-agent', 'x-fin-request-timestamp']
const headersNamed = ['authorization', 'x-fin-signature']
/** Of the contract's names: what people write, and what others call theirs, stays out. */
const valuesKept = new Set([
  ...['id', 'user_id', 'conversation_id', 'object_id', 'after_id', 'assignee_id'],
  ...['type', 'user_type', 'message_type', 'visibility', 'status'],
])
/** Kept where they are times; anything else may be what people write. */
const times = new Set(['created_at', 'last_user_read_at'])
const insidesKept = new Set(['user', 'author', 'initial_message', 'attachments', 'tags'])

/** What a request said, without its secrets and without its people's words. */
export function redacted(call: Call): object {
  const { headers } = call.request
  const kept = headersKept.flatMap((name) =>
    headers[name] ? [[name, String(headers[name]).slice(0, longestKept)]] : [],
  )
  const named = headersNamed.flatMap((name) => (headers[name] ? [[name, '<present>']] : []))
  const parameters = call.method === 'GET' ? ofObject(call.query, 0) : ofBody(call)
  const isLarge = JSON.stringify(parameters).length > largest
  return {
    headers: Object.fromEntries([...kept, ...named]),
    parameters: isLarge ? `<more than ${largest} characters>` : parameters,
  }
}

/** The path, without what looks like more than a name. */
export function redactedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => (/^[a-z_.-]{0,40}$/.test(segment) ? segment : '…'))
    .join('/')
}

function ofBody({ body, bytes }: Call): unknown {
  if (bytes.length === 0) return null
  try {
    const json = body === undefined ? JSON.parse(bytes.toString()) : body
    return object(json) ? ofObject(json, 0) : without(json, '', 0)
  } catch {
    return `<not JSON, ${bytes.length} bytes>`
  }
}

function without(value: unknown, name: string, depth: number): unknown {
  if (typeof value === 'string') return ofText(value, name)
  if (typeof value === 'number') return valuesKept.has(name) || times.has(name) ? value : '<number>'
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '<nested deeper>'
  if (name === 'attributes' && !Array.isArray(value)) return named(value, (item) => `<${kindOf(item)}>`)
  if (!insidesKept.has(name)) return `<${kindOf(value)}>`
  if (!Array.isArray(value)) return ofObject(value, depth)
  const items = value.slice(0, mostItems).map((item) => without(item, name, depth + 1))
  return value.length > mostItems ? [...items, `<${value.length - mostItems} more>`] : items
}

function ofObject(value: object, depth: number): object {
  return named(value, (item, key) => without(item, key, depth + 1))
}

function named(value: object, shown: (item: unknown, key: string) => unknown): object {
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 5 * mostItems)
      .map(([key, item]) => [storable(key.slice(0, longestKept)), shown(item, key)]),
  )
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value
}

function ofText(text: string, name: string): string {
  if (valuesKept.has(name) || (times.has(name) && /^[\d\s:.,+TZ-]*$/i.test(text)))
    return storable(text.slice(0, longestKept))
  if (/url$/.test(name) && URL.canParse(text)) return `<${new URL(text).host}>`
  return `<text, ${text.length} characters>`
}
