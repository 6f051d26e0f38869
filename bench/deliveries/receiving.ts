import { setTimeout as delay } from 'node:timers/promises'
import { ask, end, startWorker } from '../processes.js'
import type { Arrivals } from './arrivals.js'
import type { Order } from './receiver.js'

/** The receiver's program, seen from the one that measures. */
export interface Receiving {
  origin: string
  /** Gives it an order that needs no answer. */
  tell(order: Order): Promise<void>
  report(): Promise<Arrivals>
  /** Waits until enough has come, or for `patience` s; says how far it is. */
  arrival(
    isEnough: (arrivals: Arrivals) => boolean,
    patience: number,
    say?: (line: string) => void,
  ): Promise<Arrivals>
  stop(): Promise<void>
}

/** How often it says how far it is, in ms. */
const progress = 5_000

export async function startReceiving(): Promise<Receiving> {
  const child = startWorker(new URL('receiver.js', import.meta.url))
  const { port } = await ask<Order, { port: number }>(child, { order: 'open' })
  const report = () => ask<Order, Arrivals>(child, { order: 'report' })
  return {
    origin: `http://127.0.0.1:${port}`,
    report,
    async tell(order) {
      await ask(child, order)
    },
    async arrival(isEnough, patience, say = () => undefined) {
      const started = performance.now()
      for (let said = started; ; ) {
        const arrivals = await report()
        const now = performance.now()
        if (isEnough(arrivals) || now - started > patience * 1_000) return arrivals
        if (now - said >= progress) {
          said = now
          say(`${arrivals.accepted} webhooks about ${arrivals.conversations} conversations`)
        }
        await delay(100)
      }
    },
    stop: () => end(child),
  }
}
