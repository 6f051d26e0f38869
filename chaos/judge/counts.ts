import type pg from 'pg'
import type { Faults } from '../faults.js'

/** What is kept of how many conversations there are is what there is. */
export async function judgeCounts(client: pg.Client, faults: Faults): Promise<void> {
  const { rows } = await client.query<{ kept: number; there: number; kind: string }>(differences)
  for (const { kept, there, kind } of rows) {
    faults.add(`${kept} conversations are counted and ${there} are stored of ${kind}`)
  }
}

const differences = `
  select coalesce(k.rows, 0)::int as kept, coalesce(c.rows, 0)::int as there,
         concat_ws(' ', inbox_id, status, assignee_id, is_waiting) as kind
    from (select inbox_id, status, coalesce(assignee_id::text, 'nobody') as assignee_id, is_waiting, sum(rows) as rows
            from conversation_count group by 1, 2, 3, 4) k
    full join
         (select inbox_id, status, coalesce(assignee_id::text, 'nobody') as assignee_id,
                 waiting_since is not null as is_waiting, count(*) as rows
            from conversation group by 1, 2, 3, 4) c
   using (inbox_id, status, assignee_id, is_waiting)
   where k.rows is distinct from c.rows and (k.rows <> 0 or c.rows <> 0)`
