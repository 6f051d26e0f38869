import type { Duplex } from 'node:stream'
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Caller } from '../bearer.js'
import type { Held } from '../rechecks.js'
import type { SharedStream } from '../sharing/stream.js'
import { Frames } from './frames.js'

/** What may wait in memory for a client that reads slowly, in bytes; one frame more may. */
const mostBuffered = 64 * 1024
/** What is written within this time goes out together, in ms. */
const gathering = 5

/** Of all sockets, what is held back to go out together. */
const gathered = new Set<Duplex>()

function letGo() {
  const all = [...gathered]
  gathered.clear()
  for (const raw of all) raw.uncork()
}

export const badToken = 'This token is unknown, expired or revoked'

/** How long an ending socket may take to hear why, in ms. */
export const patience = 2_000

/** One open socket, and who is behind it. */
export class Connection implements Held {
  readonly socket: WebSocket
  caller: Caller | undefined
  readonly streams = new Set<SharedStream>()
  #raw: Duplex
  #waiting: (() => void)[] = []
  #accepted = new Set<string>()

  constructor(socket: WebSocket, raw: Duplex) {
    this.socket = socket
    this.#raw = raw
    const goOn = () => {
      const waiting = this.#waiting
      this.#waiting = []
      for (const wake of waiting) wake()
    }
    raw.on('drain', goOn)
    socket.on('close', goOn)
  }

  changed(): void {
    for (const stream of this.streams) stream.refresh()
  }

  lost(): void {
    this.close(CloseCode.Forbidden, badToken, patience)
  }

  /** Whether one operation more may begin, beside those of the accepted that are still under way. */
  begins(id: string, underWay: object, most: number): boolean {
    for (const accepted of this.#accepted) if (!(accepted in underWay)) this.#accepted.delete(accepted)
    if (this.#accepted.size >= most) return false
    this.#accepted.add(id)
    return true
  }

  /** Resolves once the client has room for more. */
  async write(text: string): Promise<void> {
    while (this.#isOpen && this.socket.bufferedAmount > mostBuffered) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
      })
    }
    if (!this.#isOpen) return
    this.#gather()
    this.socket.send(text)
  }

  /**
   * Sends results of the operation with this id, which is JSON, all at once; false when the client has no room for them.
   * Beside `ws`, which compresses nothing here and so has written what it was given.
   */
  take(id: string, results: readonly string[]): boolean {
    const bytes = this.#isOpen && Frames.of(results).bytesFor(id, mostBuffered - this.socket.bufferedAmount)
    if (!bytes) return false
    // What it hears from one, it may hear from the others in a moment.
    if (this.streams.size > 1) this.#gather()
    this.#raw.write(bytes)
    return true
  }

  get #isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN
  }

  #gather() {
    if (gathered.has(this.#raw)) return
    this.#raw.cork()
    if (gathered.size === 0) setTimeout(letGo, gathering)
    gathered.add(this.#raw)
  }

  /** Says why, and waits no longer than this for a client that does not hear it, in ms. */
  close(code: number, reason: string, patience: number): void {
    this.socket.close(code, reason)
    const late = setTimeout(() => this.socket.terminate(), patience)
    late.unref()
    this.socket.once('close', () => clearTimeout(late))
  }
}
