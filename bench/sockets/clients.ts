// Many subscribers, a program of its own: each keeps its cursor, and counts what it misses or gets twice.
import { connect } from 'node:net'
import { WebSocket } from 'ws'

export type Order =
  | { order: 'open'; port: number; tokens: string[]; count: number }
  | { order: 'cut' }
  | { order: 'measure' }
  | { order: 'report' }

export interface Report {
  open: number
  /** Numbers that some socket has not got in turn. */
  faults: number
  /** The lowest number that every socket has got. */
  reached: number
  /** From the beginning of a change to its arrival, in ms, since it was told to measure. */
  delays: number[]
  /** How often a socket was opened again. */
  resumed: number
}

interface Subscriber {
  token: string
  cursor: string | null
  last: number | null
  socket: WebSocket | null
}

const query = `subscription ($after: EventCursor) { events(after: $after) {
  cursor occurredAt ... on MessageAdded { message { text } } } }`

let port = 0
let subscribers: Subscriber[] = []
let delays: number[] = []
let faults = 0
let resumed = 0
/** Opened at a time, as a listening queue takes them. */
const atOnce = 100

process.on('message', async (order: Order) => {
  if (order.order === 'open') {
    port = order.port
    subscribers = Array.from({ length: order.count }, (_, index) => ({
      token: order.tokens[index % order.tokens.length] as string,
      cursor: null,
      last: null,
      socket: null,
    }))
    await openAll()
    process.send?.('done')
  } else if (order.order === 'cut') {
    for (const { socket } of subscribers) socket?.terminate()
    await openAll()
    process.send?.('done')
  } else if (order.order === 'measure') delays = []
  else {
    const report: Report = {
      open: subscribers.filter(({ socket }) => socket?.readyState === WebSocket.OPEN).length,
      faults,
      reached: Math.min(...subscribers.map(({ last }) => last ?? 0)),
      delays,
      resumed,
    }
    process.send?.(report)
  }
})
process.on('disconnect', () => process.exit(0))

async function openAll() {
  const waiting = subscribers.values()
  const worker = async () => {
    for (const subscriber of waiting) await open(subscriber)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function open(subscriber: Subscriber): Promise<void> {
  if (subscriber.socket) resumed++
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws', {
    createConnection: () => connect({ port, host: '127.0.0.1', noDelay: true }),
    perMessageDeflate: false,
  })
  subscriber.socket = socket
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => {
      const payload = { authorization: `Bearer ${subscriber.token}` }
      socket.send(JSON.stringify({ type: 'connection_init', payload }))
    })
    socket.on('message', (data) => {
      const text = String(data)
      if (text.startsWith('{"type":"connection_ack"')) {
        const payload = { query, variables: { after: subscriber.cursor } }
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
        resolve()
      } else take(subscriber, text)
    })
  })
}

function take(subscriber: Subscriber, text: string) {
  const match = /"cursor":"([^"]+)","occurredAt":"([^"]+)"(?:,"message":\{"text":"(\d+)")?/.exec(text)
  if (!match) return
  const [, cursor = null, occurredAt = '', number] = match
  subscriber.cursor = cursor
  if (number === undefined) return
  delays.push(Date.now() - Date.parse(occurredAt))
  if (subscriber.last !== null && Number(number) !== subscriber.last + 1) faults++
  subscriber.last = Number(number)
}
