import type { Actor } from '../actor.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { stoppable } from '../events/stoppable.js'
import { isInReach } from '../inbox/access.js'
import type { LiveMetrics, Metrics } from './live.js'

/** In seconds. */
const shortest = 1
const longest = 3_600

export interface WatchMetricsOptions {
  /** In seconds. */
  every: number
  /** Every inbox in sight when left out; those that go out of sight later are shown no more. */
  inboxIds?: readonly string[] | null
  /** Who was asking when the stream began. */
  first: Actor
  /** Who is asking, as of now; null ends the stream. */
  actor: () => Promise<Actor | null>
}

/** The metrics of the inboxes that are in sight at that time, again and again. */
export function watchMetrics(
  live: LiveMetrics,
  { every, inboxIds, first, actor }: WatchMetricsOptions,
): AsyncGenerator<Metrics, void> {
  if (every < shortest || every > longest) {
    throw new ValidationError('every', `An interval has ${shortest} to ${longest} seconds.`)
  }
  if (inboxIds?.some((inboxId) => !isInReach(first, { inboxId }))) throw new NotFoundError('Inbox')

  const inSight = (present: Actor) =>
    [...(inboxIds ? inboxIds.filter((inboxId) => isInReach(present, { inboxId })) : present.inboxIds)].sort()
  let source: AsyncGenerator<Metrics, void> | undefined
  let stopped = false

  async function* run(): AsyncGenerator<Metrics, void> {
    let watched = inSight(first)
    source = live.watch(watched, every)
    try {
      while (!stopped) {
        const { value, done } = await source.next()
        const present = await actor()
        if (done || !present) return
        const now = inSight(present)
        if (now.join() === watched.join()) {
          yield value
          continue
        }
        // What was read is not theirs to see, or not all of it.
        await source.return()
        watched = now
        source = live.watch(watched, every)
      }
    } finally {
      await source.return()
    }
  }

  return stoppable(run(), () => {
    stopped = true
    void source?.return()
  })
}
