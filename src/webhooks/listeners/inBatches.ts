import { setImmediate } from 'node:timers/promises'

/** What a source gives, as many at once as are ready. */
export interface Batches<Item> {
  /**
   * Waits for at least one item, for as long as `idle` says: then none. Null when the source has ended or `stop` was
   * called. Throws what the source threw.
   */
  next(): Promise<Item[] | null>
  /** How many items came since. */
  readonly ready: number
  stop(): void
}

export interface BatchOptions<Item> {
  /** Items in a batch; the source is not asked for more meanwhile. */
  most: number
  /** Whether nothing is on its way that belongs with this item. */
  complete: (last: Item) => boolean
  /** How long an incomplete batch waits for its next item, in ms. */
  quiet: number
  /** How long it waits in all, in ms. */
  patience: number
  /** How long to wait for a first item, in ms. */
  idle: number
}

/** Reads ahead of its reader, so that what comes while one batch is worked on becomes the next. */
export function inBatches<Item>(
  source: AsyncIterator<Item>,
  { most, complete, quiet, patience, idle }: BatchOptions<Item>,
): Batches<Item> {
  let ready: Item[] = []
  let ended = false
  let failure: { error: unknown } | null = null
  let arrived = () => {}
  let taken = () => {}

  async function read() {
    while (!ended) {
      const { value, done } = await source.next()
      if (done) return
      ready.push(value)
      arrived()
      if (ready.length < most) continue
      await new Promise<void>((resolve) => {
        taken = resolve
      })
    }
  }

  read()
    .catch((error: unknown) => {
      failure = { error }
    })
    .finally(() => {
      ended = true
      arrived()
    })

  /** Until something comes or that time is over. */
  function arrival(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      arrived = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    get ready() {
      return ready.length
    },
    async next() {
      if (ready.length === 0 && !ended) await arrival(idle)
      const until = performance.now() + patience
      for (let seen = 0; seen < ready.length; ) {
        seen = ready.length
        const last = ready.at(-1) as Item
        const left = until - performance.now()
        if (ended || seen >= most || left <= 0) break
        // A source may have read on past what is known to be complete: what is ready in the same turn comes along.
        if (complete(last)) await setImmediate()
        else await arrival(Math.min(quiet, left))
      }
      const batch = ready
      ready = []
      taken()
      if (batch.length > 0 || !ended) return batch
      if (failure) throw failure.error
      return null
    },
    stop() {
      if (!ended) {
        ended = true
        // Not awaited: a source that waits may answer only when its next item comes.
        source.return?.().catch(() => undefined)
      }
      ready = []
      taken()
      arrived()
    },
  }
}
