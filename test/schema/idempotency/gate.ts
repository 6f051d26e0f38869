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
    let ended = false
    const pass = (from: Socket, to: Socket, word: string | null) =>
      from.on('data', (part) => {
        if (ended) return
        const text = part.toString('latin1')
        ended = marked && word !== null && text.includes(word)
        // What the connection carried before is not this transaction's, and what is read with the mark changes nothing.
        if (from === client) marked = text.includes(mark) || (marked && !text.includes('begin\0'))
        if (!ended) return to.write(part)
        stopped++
        look()
      })
    pass(client, database, point === 'before the commit' ? 'commit\0' : null)
    pass(database, client, point === 'after the commit' ? 'COMMIT\0' : null)
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
