import type pg from 'pg'
import type { Faults } from '../faults.js'
import type { Entry } from '../folder.js'

type FinEntry = Pick<Entry, 'name' | 'fin'> & { stored: string }

/**
 * Counts the webhooks that Fin accepted again: more than there are deliveries about a conversation. There are never
 * fewer, for one that is recorded as delivered was accepted.
 */
export async function finDuplicates(
  client: pg.Client,
  entries: readonly FinEntry[],
  human: (stored: string) => number,
  faults: Faults,
): Promise<number> {
  let duplicates = 0
  for (let from = 0; from < entries.length; from += batch) {
    const some = entries.slice(from, from + batch)
    const { rows } = await client.query<{ id: string; count: number }>(delivered, [
      some.map(({ stored }) => stored),
    ])
    const counts = new Map(rows.map(({ id, count }) => [id, count]))
    for (const { name, stored, fin } of some) {
      const count = counts.get(stored) ?? 0
      const accepted = fin?.accepted ?? 0
      if (accepted < count)
        faults.add(
          `${count} webhooks to Fin about conversation ${name} are recorded as delivered, it got ${accepted}`,
        )
      if (count > human(stored))
        faults.add(
          `${count} deliveries to Fin about conversation ${name} were stored for ${human(stored)} changes`,
        )
      duplicates += Math.max(accepted - count, 0)
    }
  }
  return duplicates
}

/** What a kill may have cut off before it was recorded comes again; no more than that does. */
export function judgeDuplicates(receiver: string, duplicates: number, allowed: number, faults: Faults): void {
  if (duplicates > allowed)
    faults.add(`${receiver} accepted ${duplicates} webhooks again; the kills account for ${allowed} at most`)
}

const batch = 5_000

const delivered = `
  select conversation_id as id, count(*)::int as count from delivery
   where conversation_id = any($1::uuid[]) and integration_id is not null and state = 'DELIVERED' group by 1`
