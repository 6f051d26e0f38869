import { NotSeenError } from './notSeen.js'

/** Things in the order in which they came in. They are kept, for what is waited for may have come already. */
export interface Sightings<T> {
  readonly all: readonly T[]
  add(thing: T): void
  /** No more will come: who waits for more, now or later, gets this error. */
  end(error: Error): void
  /**
   * The first thing from index `from` on that fits. Throws `NotSeenError`, which lists what came instead, when there
   * is none within 20 s.
   */
  until(step: string, from: number, fits: (thing: T) => boolean): Promise<T>
}

const patienceMs = 20_000

/** An empty list; `describe` puts a thing into a line for a failed step. */
export function createSightings<T>(describe: (thing: T) => string): Sightings<T> {
  const all: T[] = []
  const changed = new Set<() => void>()
  let ended: Error | undefined

  const tell = () => {
    for (const look of [...changed]) look()
  }

  function until(step: string, from: number, fits: (thing: T) => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new NotSeenError(step, 'within 20 s', all.slice(from).map(describe)))
      const timer = setTimeout(() => settle(late), patienceMs)
      function settle(how: () => void) {
        clearTimeout(timer)
        changed.delete(look)
        how()
      }
      function look() {
        const found = all.slice(from).find(fits)
        if (found !== undefined) settle(() => resolve(found))
        else if (ended) settle(() => reject(ended))
      }
      changed.add(look)
      look()
    })
  }

  return {
    all,
    until,
    add(thing) {
      all.push(thing)
      tell()
    },
    end(error) {
      ended ??= error
      tell()
    },
  }
}
