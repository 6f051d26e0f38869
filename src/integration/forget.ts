import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

const day = 24 * 60 * 60 * 1_000
const callsKept = 7 * day
const mostCalls = 10_000
const logKept = 90 * day
const batch = 5_000

/** Forgets calls after 7 days, or beyond the newest 10,000 of an integration, and what was logged 90 days ago. */
export async function forgetOldCalls(db: Database): Promise<void> {
  const before = (age: number) => new Date(db.clock.now().getTime() - age)
  for (const [what, values] of [
    [oldCalls, [before(callsKept), batch]],
    [manyCalls, [mostCalls, batch]],
    [oldEntries, [before(logKept), batch]],
  ] as const) {
    let gone: unknown[]
    do gone = await db.query(what, values)
    while (gone.length === batch)
  }
}

const oldCalls = statement(
  'integration.forgetCalls',
  `delete from integration_call where id in (select id from integration_call where started_at < $1 limit $2) returning 1`,
)

const manyCalls = statement(
  'integration.forgetManyCalls',
  `delete from integration_call where id in (
     select c.id from fin_integration f
      cross join lateral (select id from integration_call where integration_id = f.id order by id desc offset $1 limit $2) c
      limit $2) returning 1`,
)

const oldEntries = statement(
  'integration.forgetLog',
  `delete from integration_log where id in (select id from integration_log where last_at < $1 limit $2) returning 1`,
)
