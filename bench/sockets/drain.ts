// Many subscribers that only count, a program of its own.
import { subscribeRaw } from './rawSocket.js'

export type Order =
  | { order: 'open'; port: number; tokens: string[]; count: number }
  /** Forgets what has come. */
  | { order: 'count' }
  | { order: 'report' }

export interface Arrived {
  deliveries: number
  /** From the first to the last. */
  seconds: number
  /** Numbers that some socket has not got in turn. */
  faults: number
  /** From the beginning of a change to its arrival, in ms. */
  p50: number
  p99: number
  /** The newest message, as it came. */
  message: string
}

export const query = 'subscription { events { cursor occurredAt ... on MessageAdded { message { text } } } }'

const number = /"occurredAt":"([^"]+)","message":\{"text":"(\d+)"/
/** Opened at a time, as a listening queue takes them. */
const atOnce = 100

let delays: number[] = []
let [first, last, faults, message] = [0, 0, 0, '']

process.on('message', async (order: Order) => {
  if (order.order === 'open') await openAll(order)
  if (order.order === 'count') {
    delays = []
    faults = 0
  }
  process.send?.(report())
})
process.on('disconnect', () => process.exit(0))

async function openAll({ port, tokens, count }: Order & { order: 'open' }) {
  let opened = 0
  const worker = async () => {
    while (opened < count)
      await subscribeRaw(port, tokens[opened++ % tokens.length] as string, query, counting())
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function counting() {
  let reached: number | null = null
  return (text: string) => {
    const [, occurredAt = '', given] = number.exec(text) ?? []
    if (given === undefined) return
    last = performance.timeOrigin + performance.now()
    if (delays.length === 0) first = last
    delays.push(last - Date.parse(occurredAt))
    if (reached !== null && Number(given) !== reached + 1) faults++
    reached = Number(given)
    message = text
  }
}

function report(): Arrived {
  const sorted = Float64Array.from(delays).sort()
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN
  const seconds = (last - first) / 1_000
  return { deliveries: delays.length, seconds, faults, p50: at(0.5), p99: at(0.99), message }
}
