import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy in front of a server, whose connections a test breaks. */
export interface FaultyProxy {
  url: string
  /** How many connections there were. */
  readonly connections: number
  /** Each next connection is cut when it has carried so many bytes from the server; those after them live. */
  cutAfter(bytes: number[]): void
  /** Cuts every connection. */
  cutNow(): void
  /** Connections stay open, but nothing comes through any more; new ones do. */
  freeze(): void
  /** What the frozen ones have held back since comes through. */
  thaw(): void
  stop(): Promise<void>
}

export async function startProxy(target: string): Promise<FaultyProxy> {
  const { hostname: host, port } = new URL(target)
  const open = new Set<Socket>()
  const frozen = new Set<Socket>()
  const limits: number[] = []
  let connections = 0

  const server = createServer((near) => {
    connections++
    const far = connect({ host, port: Number(port) })
    let left = limits.shift() ?? Number.POSITIVE_INFINITY
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (data) => far.write(data))
    far.on('data', (data) => {
      near.write(data.subarray(0, left))
      left -= data.length
      if (left <= 0) near.resetAndDestroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections
    },
    cutAfter(bytes) {
      limits.splice(0, limits.length, ...bytes)
    },
    cutNow() {
      for (const socket of open) socket.resetAndDestroy()
    },
    freeze() {
      for (const socket of open) {
        socket.pause()
        frozen.add(socket)
      }
    },
    thaw() {
      for (const socket of frozen) socket.resume()
    },
    async stop() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
