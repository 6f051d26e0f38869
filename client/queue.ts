import type { EventFields } from './event.js'

/** Events between the socket and the app; one consumer. */
export interface Queue<Event> {
  readonly length: number
  push(event: Event): void
  /** An event that the app does not get: once those before it are handled, so is this. */
  pass(cursor: string): void
  clear(): void
  /** The next one. Asking for it says that the one before is handled. */
  next(): Promise<IteratorResult<Event, undefined>>
  /** The one that was given out is handled. */
  handled(): void
  /** Once nothing waits any more. */
  drained(): Promise<void>
  /** After those that wait: the end, or the error. */
  end(error: Error | null): void
}

interface Entry<Event> {
  event: Event
  /** Of this event, or of the last one passed behind it. */
  cursor: string
}

export function createQueue<Event extends EventFields>(onHandled: (cursor: string) => void): Queue<Event> {
  let waiting: Entry<Event>[] = []
  let given: Entry<Event> | null = null
  let ended = false
  let failure: Error | null = null
  let ring = () => {}
  let change = nextChange()

  function nextChange() {
    return new Promise<void>((resolve) => {
      ring = resolve
    })
  }

  function changed() {
    ring()
    change = nextChange()
  }

  function handled() {
    if (given) onHandled(given.cursor)
    given = null
  }

  return {
    get length() {
      return waiting.length
    },
    push(event) {
      waiting.push({ event, cursor: event.cursor })
      changed()
    },
    pass(cursor) {
      const before = waiting.at(-1) ?? given
      if (before) before.cursor = cursor
      else onHandled(cursor)
    },
    clear() {
      waiting = []
      given = null
      changed()
    },
    async next() {
      handled()
      for (;;) {
        const entry = waiting.shift()
        if (entry) {
          given = entry
          changed()
          return { value: entry.event, done: false }
        }
        if (failure) throw failure
        if (ended) return { value: undefined, done: true }
        await change
      }
    },
    handled,
    async drained() {
      while (waiting.length > 0) await change
    },
    end(error) {
      ended = true
      failure = error
      changed()
    },
  }
}
