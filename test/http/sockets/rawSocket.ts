import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

export interface RawSocket {
  socket: WebSocket
  send(message: object | string): void
  /** The next message that fits. */
  next(fits?: (message: Message) => boolean): Promise<Message>
  /** How it was closed. */
  closed: Promise<{ code: number; reason: string }>
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a message
export type Message = any

/** A socket that does what a test says, also what no client would. */
export async function rawSocket(
  url: string,
  options: { protocol?: string; autoPong?: boolean } = {},
): Promise<RawSocket> {
  const { protocol = 'graphql-transport-ws', autoPong = true } = options
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, { autoPong })
  onTestFinished(() => socket.terminate())
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
  })
  const messages: Message[] = []
  let wake = () => {}
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)))
    wake()
  })
  await Promise.race([once(socket, 'open'), closed])
  return {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(fits = () => true) {
      for (;;) {
        const index = messages.findIndex(fits)
        if (index >= 0) return messages.splice(0, index + 1).at(-1)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** The same, signed in. */
export async function signedIn(
  url: string,
  token: string | null,
  options: Parameters<typeof rawSocket>[1] = {},
): Promise<RawSocket> {
  const raw = await rawSocket(url, options)
  raw.send({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} })
  await Promise.race([raw.next(({ type }) => type === 'connection_ack'), raw.closed])
  return raw
}
