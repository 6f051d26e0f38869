import { v7 } from 'uuid'

/** The prefix of each public id; it says which type `node(id:)` finds. */
export const prefixes = {
  Agent: 'agent',
  CannedReply: 'canned',
  Conversation: 'conv',
  Delivery: 'delivery',
  DeliveryAttempt: 'attempt',
  Draft: 'draft',
  EndUser: 'user',
  FinIntegration: 'fin',
  HeldReply: 'held',
  Inbox: 'inbox',
  IntegrationCall: 'call',
  IntegrationLogEntry: 'log',
  Message: 'msg',
  Notice: 'notice',
  StoredFile: 'file',
  Tag: 'tag',
  Team: 'team',
  Token: 'token',
  UploadedFile: 'upload',
  View: 'view',
  Webhook: 'webhook',
} as const

export type NodeType = keyof typeof prefixes

/** An id has 48 bits for its time, in ms. */
const latestMoment = 2 ** 48 - 1

const typeByPrefix = new Map<string, NodeType>(
  Object.entries(prefixes).map(([type, prefix]) => [prefix, type as NodeType]),
)

/** A new id (UUIDv7: later ids of a process sort after earlier ones), as stored. */
export function newId(): string {
  return v7()
}

/** An id that nothing has. */
export const unknownId = '00000000-0000-0000-0000-000000000000'

/** What every id that is made at this moment or later comes after, as stored. */
export function earliestId(moment: Date): string {
  const ms = Math.min(Math.max(moment.getTime(), 0), latestMoment)
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** The stored UUID as clients see it, e.g. `conv_01h…`. */
export function publicId(type: NodeType, uuid: string): string {
  const id = written[type]
  let to = prefixes[type].length + 1
  // 26 digits of 5 bits for 128: of the first digit two bits are always 0.
  let bits = 2
  let rest = 0
  for (let at = 0; at < uuid.length; at++) {
    const code = uuid.charCodeAt(at)
    if (code === dash) continue
    rest = (rest << 4) | (code < letters ? code - digits : code - letters + 10)
    bits += 4
    if (bits < 5) continue
    bits -= 5
    id[to++] = base32.charCodeAt(rest >> bits)
    rest &= (1 << bits) - 1
  }
  return id.toString('latin1')
}

const base32 = '0123456789abcdefghjkmnpqrstvwxyz'
const [dash, digits, letters] = [45, 48, 97]

/** Where an id of each type is put together: digit by digit it would leave a text for each. */
const written = Object.fromEntries(
  Object.entries(prefixes).map(([type, prefix]) => [type, Buffer.from(`${prefix}_${' '.repeat(26)}`)]),
) as Record<NodeType, Buffer>

/** The type and UUID behind a public id; null when it is malformed, which callers treat as unknown. */
export function parsePublicId(id: string): { type: NodeType; uuid: string } | null {
  const type = typeByPrefix.get(id.slice(0, id.lastIndexOf('_')))
  const uuid = type && storedId(type, id)
  return type && uuid ? { type, uuid } : null
}

/** The UUID behind a public id of this type; null when it is malformed or of another type. */
export function storedId(type: NodeType, id: string): string | null {
  const start = prefixes[type].length + 1
  if (id.length !== start + 26 || !id.startsWith(`${prefixes[type]}_`)) return null
  let uuid = ''
  let bits = -2
  let rest = 0
  for (let at = start; at < id.length; at++) {
    const value = values.get(id.charCodeAt(at))
    if (value === undefined) return null
    rest = (rest << 5) | value
    bits += 5
    if (at === start && value > 7) return null
    for (; bits >= 4; bits -= 4) {
      uuid += hexadecimal[rest >> (bits - 4)]
      rest &= (1 << (bits - 4)) - 1
      if (dashesAfter.has(uuid.length)) uuid += '-'
    }
  }
  return uuid
}

const values = new Map([...base32].map((digit, value) => [digit.charCodeAt(0), value]))
const hexadecimal = '0123456789abcdef'
const dashesAfter = new Set([8, 13, 18, 23])
