// The hand-written limit of fan-out, a program of its own: sends everybody a message that is ready, by `ws`, or as a frame
// that was made once. No log, no rights, no execution.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay, setImmediate } from 'node:timers/promises'
import { WebSocketServer } from 'ws'

export type Mode = 'ws' | 'frame'

export type Order =
  | { order: 'open' }
  /** Sends the message again and again, with numbers in turn from `from` on; at `rate` a second, or as fast as it is taken. */
  | { order: 'send'; mode: Mode; message: string; from: number; count: number; rate?: number }

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const raw = new Set<Duplex>()

sockets.on('connection', (socket, { socket: own }) => {
  own.setNoDelay(true)
  raw.add(own)
  socket.on('close', () => raw.delete(own))
  socket.on('message', (data) => {
    if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}')
  })
})

process.on('message', async (order: Order) => {
  if (order.order === 'open') {
    await once(server.listen(0, '127.0.0.1', 4_096), 'listening')
    process.send?.({ port: (server.address() as AddressInfo).port })
  } else {
    await sendAll(order)
    process.send?.({})
  }
})
process.on('disconnect', () => process.exit(0))

async function sendAll({ mode, message, from, count, rate }: Order & { order: 'send' }) {
  const send = { ws: byWs, frame: byFrame }[mode]
  const started = performance.now()
  for (let sent = 0; sent < count; sent++) {
    if (rate) await delay(started + (sent * 1_000) / rate - performance.now())
    else
      do await setImmediate()
      while (isClogged())
    const text = message
      .replace(/"occurredAt":"[^"]+"/, `"occurredAt":"${new Date().toISOString()}"`)
      .replace(/"text":"\d+"/, `"text":"${from + sent}"`)
    send(text)
  }
}

function byWs(text: string) {
  for (const socket of sockets.clients) socket.send(text)
}

function byFrame(text: string) {
  const { length } = text
  const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255]
  const frame = Buffer.from(String.fromCharCode(...head) + text, 'latin1')
  for (const socket of raw) socket.write(frame)
}

/** Of the first fifty, as all read at the same pace. */
function isClogged(): boolean {
  let looked = 0
  for (const socket of raw) {
    if (socket.writableLength > 65_536) return true
    if (++looked === 50) return false
  }
  return false
}
