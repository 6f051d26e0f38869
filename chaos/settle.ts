import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Faults } from './faults.js'

export interface SettleOptions {
  databaseUrl: string
  faults: Faults
  /** Called every few seconds with what is still to be done. */
  progress: (left: string) => void
}

const lookMs = 250
const progressMs = 5_000
/** How long it may stay as it is, in ms: longer than any wait that a receiver's faults lead to. */
const patienceMs = 150_000

/**
 * Waits until every event has its place, every listener has heard it and every delivery is done; gives the last
 * position. It is a fault when nothing moves any more.
 */
export async function settle({ databaseUrl, faults, progress }: SettleOptions): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    let before = ''
    let movedAt = Date.now()
    let toldAt = movedAt
    for (;;) {
      const { rows } = await client.query<{ position: string; unheard: number; deliveries: string }>(look)
      const { position = '', unheard = 0, deliveries = '' } = rows[0] ?? {}
      if (unheard === 0 && deliveries === '') return Number(position)
      const left = `${unheard} listeners behind; deliveries: ${deliveries || 'done'}`
      if (left !== before) [before, movedAt] = [left, Date.now()]
      if (Date.now() - movedAt > patienceMs) {
        faults.add(`Nothing moves any more: ${left}`)
        return Number(position)
      }
      if (Date.now() - toldAt > progressMs) {
        toldAt = Date.now()
        progress(left)
      }
      await pause(lookMs)
    }
  } finally {
    await client.end()
  }
}

// An event without a place is one that no listener has heard.
const look = `
  select g.position,
         (select count(*)::int from listener l where l.position < g.position or exists (select 1 from event_pending)) as unheard,
         coalesce((select string_agg(state || ' ' || count, ', ' order by state)
                     from (select state::text, count(*) from delivery where state <> 'DELIVERED' group by state) d),
                  '') as deliveries
    from event_log g`
