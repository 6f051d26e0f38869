// Where webhooks go, a program of its own: answers at once, counts, and can be out of order in several ways.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { countArrivals } from './arrivals.js'

export type Order =
  /** Listens, on the same port each time. */
  | { order: 'open' }
  /** Refuses connections from now on. */
  | { order: 'close' }
  /** How to answer; 200 at first. */
  | { order: 'answer'; status: number; retryAfter?: number }
  /** Forgets what has come. */
  | { order: 'count' }
  | { order: 'report' }

let server: Server | null = null
let port = 0
let answer = answering(200)
let arrivals = countArrivals()
const sockets = new Set<Socket>()

process.on('message', async (order: Order) => {
  process.send?.(await obey(order))
})
process.on('disconnect', () => process.exit(0))

async function obey(order: Order): Promise<object> {
  switch (order.order) {
    case 'open':
      server ??= createServer({ noDelay: true }, take).listen(port, '127.0.0.1')
      await once(server, 'listening')
      port = (server.address() as AddressInfo).port
      return { port }
    case 'close':
      for (const socket of sockets) socket.destroy()
      server?.close()
      server = null
      return {}
    case 'answer':
      answer = answering(order.status, order.retryAfter)
      return {}
    case 'count':
      arrivals = countArrivals()
      return {}
    case 'report':
      return arrivals.report()
  }
}

function answering(status: number, retryAfter?: number) {
  const wait = retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`
  const text = `HTTP/1.1 ${status} Status\r\nContent-Type: text/plain\r\n${wait}Content-Length: 2\r\n\r\nok`
  return { isAccepted: status === 200, bytes: Buffer.from(text) }
}

function take(socket: Socket) {
  let received = ''
  sockets.add(socket)
  socket.setEncoding('latin1')
  socket.on('error', () => socket.destroy())
  socket.on('close', () => sockets.delete(socket))
  socket.on('data', (chunk: string) => {
    received += chunk
    for (;;) {
      const head = received.indexOf('\r\n\r\n')
      if (head === -1) return
      const length = Number(/content-length: *(\d+)/i.exec(received.slice(0, head))?.[1] ?? 0)
      const end = head + 4 + length
      if (received.length < end) return
      arrivals.add(received.slice(head + 4, end), answer.isAccepted)
      received = received.slice(end)
      socket.write(answer.bytes)
    }
  })
}
