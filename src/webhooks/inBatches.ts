/** What a source gives, as many at once as are ready. */
export interface Batches<Item> {
  /** Waits for at least one item; none when the source has ended or `stop` was called. Throws what the source threw. */
  next(): Promise<Item[]>
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
}

/** Reads ahead of its reader, so that what comes while one batch is worked on becomes the next. */
export function inBatches<Item>(
  source: AsyncIterator<Item>,
  { most, complete, quiet, patience }: BatchOptions<Item>,
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

  /** Until something comes or, when `ms` is given, that time is over. */
  function arrival(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      arrived = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    async next() {
      while (ready.length === 0 && !ended) await arrival()
      const until = performance.now() + patience
      for (let seen = 0; seen < ready.length; ) {
        seen = ready.length
        const last = ready.at(-1) as Item
        const left = until - performance.now()
        if (ended || seen >= most || left <= 0 || complete(last)) break
        await arrival(Math.min(quiet, left))
      }
      const batch = ready
      ready = []
      taken()
      if (batch.length === 0 && failure) throw failure.error
      return batch
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
