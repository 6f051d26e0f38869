import type { Actor } from '../actor.js'
import type { Database } from '../database/database.js'
import type { LoggedEvent } from './event.js'
import { readEvents } from './read.js'
import { stoppable } from './stoppable.js'
import type { Tail } from './tail.js'

/** Events that may wait for one slow subscriber before it has to read them from the log again. */
const queueLimit = 1_000
/** The same of a durable one: of those a process has few, and what they read again the database reads again. */
const durableLimit = 10_000
const batchSize = 200

export interface FollowOptions {
  /** Start after this position. */
  after: number
  wants: (event: LoggedEvent) => boolean
  /** Who is asking, as of now; null once the token is revoked, which ends the stream. Asked for each batch. */
  actor: () => Promise<Pick<Actor, 'inboxIds'> | null>
  /** Called with a position when nothing up to it is still to come. */
  passed?: (position: number) => void
}

/**
 * Every event after a position that the actor may see and wants, in batches: first from the log, then live, without
 * gap or repeat. A subscriber that falls behind loses its queue, never an event: it reads on from the log.
 */
export function follow(
  db: Database,
  tail: Tail,
  options: FollowOptions,
): AsyncGenerator<LoggedEvent[], void> {
  let stopped = false
  let position = options.after
  let queue: LoggedEvent[] = []
  let behind = true
  let wake = () => {}
  const limit = options.passed ? durableLimit : queueLimit

  const listener = (events: LoggedEvent[]) => {
    if (!behind) queue.push(...events)
    if (queue.length > limit) {
      queue = []
      behind = true
    }
    wake()
  }
  async function* run(): AsyncGenerator<LoggedEvent[], void> {
    tail.listeners.add(listener)
    try {
      while (!stopped) {
        let events: LoggedEvent[]
        if (behind) {
          // From here on the queue fills again; what it repeats of this read is dropped by position below.
          behind = false
          events = await readEvents(db, position, batchSize)
          if (events.length === batchSize) {
            behind = true
            queue = []
          }
        } else {
          events = queue
          queue = []
        }
        const fresh = events.filter((event) => event.position > position)
        const [next] = fresh
        const last = fresh.at(-1)
        if (next && last) {
          // Positions have no gaps: what is missing here has left the feed. Resumed, it begins with a Resync.
          if (next.position > position + 1)
            throw new Error('A subscriber was too slow: events expired before it.')
          position = last.position
          const actor = await options.actor()
          if (!actor) return
          const wanted = fresh.filter(
            (event) => actor.inboxIds.includes(event.inboxId) && options.wants(event),
          )
          if (wanted.length > 0) yield wanted
          options.passed?.(position)
        } else if (!behind && queue.length === 0 && !stopped) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      tail.listeners.delete(listener)
    }
  }

  return stoppable(run(), () => {
    stopped = true
    wake()
  })
}
