import type pg from 'pg'
import { expect } from 'vitest'

/** What transactions of calls have left in the tables since some moment: how many rows, by the transaction that wrote them. */
export type Effects = Record<string, Record<string, number>>

/** Written by what follows the log, or counts calls or conversations, in its own time. */
const ownPace = '^(_prisma|event_|listener|delivery|integration_call|rate_limit|conversation_count)'

/** Before any transaction that begins from now on. */
export async function moment(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query('select pg_snapshot_xmax(pg_current_snapshot())::text as moment')
  return rows[0].moment
}

/** By transaction, then by table. Rows that were only locked do not count. */
export async function effectsSince(pool: pg.Pool, since: string): Promise<Effects> {
  const { rows: tables } = await pool.query(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname !~ $1`,
    [ownPace],
  )
  const each = tables.map(
    ({ relname }) =>
      `select xmin::text as transaction, '${relname}' as "table", count(*)::int as rows
         from ${relname} where xmin::text::bigint >= ${since} group by 1`,
  )
  const { rows } = await pool.query(`${each.join(' union all ')} order by 1, 2`)
  const effects: Effects = {}
  for (const { transaction, table, rows: count } of rows) {
    effects[transaction] = { ...effects[transaction], [table]: count }
  }
  return Object.fromEntries(Object.entries(effects).filter(([, tables]) => !isByItself(tables)))
}

/** What a node does by itself: it tells the admins something, or sends a reply that was held. */
function isByItself(tables: Record<string, number>): boolean {
  return 'notice' in tables || ('held_reply' in tables && !('idempotency_key' in tables))
}

/** One transaction has changed something, and it is the one that stored the key. */
export function expectOneChange(effects: Effects, { leavesNoRow = false } = {}) {
  expect(Object.values(effects)).toHaveLength(1)
  const { idempotency_key: keys, ...changes } = Object.values(effects)[0] ?? {}
  expect(keys).toBe(1)
  expect(Object.keys(changes).length > 0).toBe(!leavesNoRow)
}
