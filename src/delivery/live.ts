import { systemClock } from '../clock.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { earliestId } from '../ids.js'
import { type DeliveryView, deliveriesByIds } from './read.js'

/** What is new of deliveries. A node asks the database once for all who watch, and only while somebody does. */
export interface LiveDeliveries {
  /** Hears of those that are made or attempted from when this resolves. Returns how to end it. */
  watch(listener: DeliveryListener): Promise<() => void>
  stop(): Promise<void>
}

export type DeliveryListener = (deliveries: readonly DeliveryView[]) => void

/** In ms. */
const interval = 1_000
/** How late something may be committed after its id was made, and how far apart the clocks of nodes may be, in ms. */
const lateness = 20_000

/** A row that says that a delivery was made, or attempted. */
interface Trace {
  id: string
  deliveryId: string
}

/** `db`: a share of the connections, for no caller waits for this. */
export function liveDeliveries(db: Database, report: (error: Error) => void): LiveDeliveries {
  const watching = new Set<DeliveryListener>()
  const hearing = new Set<DeliveryListener>()
  /** From which id on to look, and what of that was seen before; null: what is there now is not new. */
  let seen: { since: string; ids: ReadonlySet<string> } | null = null
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | null = null

  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => {
      looking = null
    })
    return looking
  }

  async function lookOnce() {
    const before = seen
    // The clock that ids are made by.
    const since = earliestId(new Date(systemClock.now().getTime() - lateness))
    const traces = await db.query<Trace>(readTraces, [before?.since ?? since])
    if (watching.size === 0) return
    const fresh = traces.filter(({ id }) => before && !before.ids.has(id))
    const ids = [...new Set(fresh.map(({ deliveryId }) => deliveryId))]
    const deliveries = ids.length > 0 ? await deliveriesByIds(db, ids) : []
    seen = { since, ids: new Set(traces.map(({ id }) => id)) }
    if (deliveries.length > 0) for (const hear of hearing) hear(deliveries)
  }

  function leave(listener: DeliveryListener) {
    watching.delete(listener)
    hearing.delete(listener)
    if (watching.size > 0) return
    clearInterval(timer)
    timer = undefined
    seen = null
  }

  return {
    async watch(listener) {
      watching.add(listener)
      timer ??= setInterval(() => look().catch(report), interval)
      try {
        // One that is under way may have begun before.
        await looking?.catch(() => undefined)
        await look()
      } catch (error) {
        leave(listener)
        throw error
      }
      if (watching.has(listener)) hearing.add(listener)
      return () => leave(listener)
    },
    async stop() {
      clearInterval(timer)
      await looking?.catch(() => undefined)
    },
  }
}

const readTraces = statement(
  'delivery.traces',
  `select id, id as "deliveryId" from delivery where id >= $1
    union all
   select id, delivery_id from delivery_attempt where id >= $1`,
)
