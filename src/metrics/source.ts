import type { Database } from '../database/database.js'
import type { Replica } from '../events/replica.js'
import type { Tail } from '../events/tail.js'
import type { Metrics } from './live.js'
import { readMetrics } from './read.js'

/** How old figures may be, in ms: no more than the shortest interval, so that none are older than those before. */
const oldest = 1_000

export interface MetricsSource {
  /** A share of the connections, for no caller waits for this. */
  db: Database
  tail: Tail
  replica: Replica | null
}

/** Reads the metrics of inboxes, from the replica when that has all that this node has told of. */
export function metricsFrom({ db, tail, replica }: MetricsSource) {
  return async (inboxIds: readonly string[], now: Date): Promise<Metrics> => {
    const primary = async () => ({ at: now, inboxes: await readMetrics(db, inboxIds, now) })
    const at = tail.upTo
    if (!replica || now.getTime() - at.getTime() > oldest) return primary()
    return replica.read(tail.position, {
      primary,
      async replica(db) {
        const inboxes = await readMetrics(db, inboxIds, at)
        // The log does not tell of a new inbox.
        if (inboxes.length < inboxIds.length) throw new Error('An inbox has not arrived yet.')
        return { at, inboxes }
      },
    })
  }
}
