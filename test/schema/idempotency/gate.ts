import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Where transactions stop for good: not sent on to be committed, or committed and not told of it. */
export type Point = 'before the commit' | 'after the commit'

/** Stands between a server and PostgreSQL. */
export interface Gate {
  /** The database, through it. */
  url: string
  /** Once so many transactions that had the mark in a value are stopped at the point. */
  stopped(count: number): Promise<void>
  close(): void
}

export async function openGate(databaseUrl: string, point: Point, mark: string): Promise<Gate> {
  const { hostname, port } = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let stopped = 0
  let look = () => {}

  const gate = createServer((client) => {
    const database = connect(Number(port), hostname)
    for (const socket of [client, database]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        database.destroy()
      })
    }
    let marked = false
    /** A change that is one statement commits itself; it is known by its name, and has done it when it gives a row. */
    let alone = false
    let ended = false
    const pass = (from: Socket, to: Socket, isLast: (text: string) => boolean) =>
      from.on('data', (part) => {
        if (ended) return
        const text = part.toString('latin1')
        if (from === client) {
          const marks = text.includes(mark)
          alone = marks && text.includes('.atOnce.')
          ended = (marked || alone) && isLast(text)
          // What the connection carried before is not this transaction's, and what is read with the mark changes nothing.
          marked = marks || (marked && !text.includes('begin\0'))
        } else ended = marked && isLast(text)
        if (!ended) return to.write(part)
        stopped++
        look()
      })
    const isBefore = point === 'before the commit'
    pass(client, database, (text) => isBefore && (alone || text.includes('commit\0')))
    pass(database, client, (text) => !isBefore && text.includes(alone ? 'SELECT 1\0' : 'COMMIT\0'))
  })
  gate.listen(0, '127.0.0.1')
  await once(gate, 'listening')

  return {
    url: Object.assign(new URL(databaseUrl), {
      hostname: '127.0.0.1',
      port: String((gate.address() as AddressInfo).port),
    }).href,
    stopped: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (stopped >= count) resolve()
        }
        look()
      }),
    close() {
      gate.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
