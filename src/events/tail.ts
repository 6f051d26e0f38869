import type { Database } from '../database/database.js'
import type { Listening } from '../database/listen.js'
import type { LoggedEvent } from './event.js'
import { channel, numberEvents } from './numbering.js'
import { newestPosition, readEvents } from './read.js'

/** How long a lost notification can delay an event, in ms. */
const pollInterval = 500
const batchSize = 500

/** This node's view of the log: numbers events, reads each new one once, hands it to everyone here. */
export interface Tail {
  /** The last position handed out. */
  readonly position: number
  /** Whatever was committed by then is not after `position`. */
  readonly upTo: Date
  listeners: Set<(events: LoggedEvent[]) => void>
  /** Looks at once; by itself it looks when notified and every 500 ms. */
  wake(): void
  stop(): Promise<void>
}

export async function startTail(
  db: Database,
  listening: Listening,
  log: (error: Error) => void,
): Promise<Tail> {
  const listeners = new Set<(events: LoggedEvent[]) => void>()
  let upTo = new Date(0)
  let position = await newestPosition(db)
  let stopped = false
  let again = false
  let running: Promise<void> | null = null

  async function look() {
    const begun = db.clock.now()
    await numberEvents(db)
    for (let count = batchSize; count === batchSize; ) {
      const events = await readEvents(db, position, batchSize)
      count = events.length
      position = events.at(-1)?.position ?? position
      if (count > 0) for (const listener of listeners) listener(events)
    }
    upTo = begun
  }

  function wake() {
    again = true
    running ??= (async () => {
      while (again && !stopped) {
        again = false
        await look().catch(log)
      }
      running = null
    })()
  }

  const silence = listening.on(channel, wake)
  const timer = setInterval(wake, pollInterval)
  db.committed.add(wake)
  wake()

  return {
    get position() {
      return position
    },
    get upTo() {
      return upTo
    },
    listeners,
    wake,
    async stop() {
      stopped = true
      clearInterval(timer)
      db.committed.delete(wake)
      silence()
      await running
    },
  }
}
