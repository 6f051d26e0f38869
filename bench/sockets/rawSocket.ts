import { connect } from 'node:net'

/**
 * Subscribes over a WebSocket as cheaply as a program can that only counts: the more of them wait for it, the more messages
 * it reads at once. Resolves when the server has taken the token.
 */
export function subscribeRaw(
  port: number,
  token: string,
  query: string,
  take: (message: string) => void,
): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const say = (message: object) => socket.write(frame(1, Buffer.from(JSON.stringify(message))))
  socket.write(upgrade)
  return new Promise((resolve, reject) => {
    let isOpen = false
    let received: Buffer = Buffer.alloc(0)
    socket.on('error', reject)
    // Ends the program: whoever counts would wait for what never comes.
    socket.on('close', () => {
      throw new Error('A socket was closed.')
    })
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      if (!isOpen) {
        const head = received.indexOf('\r\n\r\n')
        if (head === -1) return
        isOpen = true
        received = received.subarray(head + 4)
        say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
      }
      received = readFrames(received, (opcode, payload) => {
        if (opcode === 9) socket.write(frame(10, payload))
        if (opcode !== 1) return
        const text = payload.toString('latin1')
        if (text.startsWith('{"type":"connection_ack"')) {
          say({ id: '1', type: 'subscribe', payload: { query } })
          resolve()
        } else take(text)
      })
    })
  })
}

const upgrade =
  'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
  'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n'

/** A client's frame of less than 64 KiB, masked with zeros. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head = length < 126 ? [length | 128] : [126 | 128, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([opcode | 128, ...head, 0, 0, 0, 0]), payload])
}

/** Hands over the server's whole frames; gives what is left. */
function readFrames(received: Buffer, take: (opcode: number, payload: Buffer) => void): Buffer {
  let at = 0
  while (received.length >= at + 2) {
    const short = received.readUInt8(at + 1)
    if (short > 126) throw new Error('A frame is longer than this client reads.')
    const start = short < 126 ? at + 2 : at + 4
    if (received.length < start) break
    const end = start + (short < 126 ? short : received.readUInt16BE(at + 2))
    if (received.length < end) break
    take(received.readUInt8(at) & 15, received.subarray(start, end))
    at = end
  }
  return received.subarray(at)
}
