import type { Actor } from '../actor.js'
import { stoppable } from '../events/stoppable.js'
import { isInSight, seesDeliveries } from './access.js'
import { type DeliveryFilter, fits } from './filter.js'
import type { DeliveryListener, LiveDeliveries } from './live.js'
import type { DeliveryView } from './read.js'

/** Deliveries one slow subscriber may be behind; older ones are dropped, for each can be looked up. */
const most = 1_000

export interface WatchDeliveriesOptions {
  filter: DeliveryFilter
  /** Who is asking, as of now; the stream ends once they may see no deliveries. */
  actor: () => Promise<Actor | null>
}

/** Deliveries that a filter shows, each when it is made and after each attempt, until `return()`. */
export async function watchDeliveries(
  live: LiveDeliveries,
  { filter, actor }: WatchDeliveriesOptions,
): Promise<AsyncGenerator<DeliveryView, void>> {
  let queue: DeliveryView[] = []
  let stopped = false
  let wake = () => {}
  const hear: DeliveryListener = (deliveries) => {
    queue = [...queue, ...deliveries.filter((delivery) => fits(filter, delivery))].slice(-most)
    wake()
  }
  const end = await live.watch(hear)

  async function* run(): AsyncGenerator<DeliveryView, void> {
    try {
      while (!stopped) {
        const delivery = queue.shift()
        if (!delivery) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        const present = await actor()
        if (!seesDeliveries(present)) return
        if (isInSight(present, delivery)) yield delivery
      }
    } finally {
      end()
    }
  }

  return stoppable(run(), () => {
    stopped = true
    end()
    wake()
  })
}
