import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type Inbox, Prisma } from '../generated/prisma/client.js'

/** First responses that were given so long ago are looked at, in hours. */
export const responseWindow = 24

/** How an inbox does at a moment. All but the first responses are of the conversations that are open. */
export interface InboxMetrics {
  inbox: Inbox
  open: number
  /** The end-user waits for an answer. */
  waiting: number
  /** No agent holds it. */
  unassigned: number
  heldByFin: number
  /** Since when the one who has waited longest does. */
  oldestWaitingSince: Date | null
  /** First responses within the window; none has no percentiles. In seconds from the opening. */
  firstResponses: number
  firstResponseP50: number | null
  firstResponseP95: number | null
}

/** Of inboxes that the caller has made sure may be seen, by name. */
export async function readMetrics(
  db: Queryable,
  inboxIds: readonly string[],
  now: Date,
): Promise<InboxMetrics[]> {
  const since = new Date(now.getTime() - responseWindow * 3_600_000)
  return db.query<InboxMetrics>(metrics, [inboxIds, since])
}

const metrics = statement(
  'metrics.inboxes',
  `select ${columns('i', Prisma.InboxScalarFieldEnum, 'inbox')}, o.*, w.*, r.*
     from inbox i
    cross join lateral (
      select array(select f.agent_id from fin_integration f where f.inbox_id = i.id) as ids) fin
    cross join lateral (
      select coalesce(sum(c.rows), 0)::int as open,
             coalesce(sum(c.rows) filter (where c.is_waiting), 0)::int as waiting,
             coalesce(sum(c.rows) filter (where c.assignee_id is null), 0)::int as unassigned,
             coalesce(sum(c.rows) filter (where c.assignee_id = any(fin.ids)), 0)::int as "heldByFin"
        from conversation_count c where c.inbox_id = i.id and c.status = 'OPEN') o
    cross join lateral (
      select min(c.waiting_since) as "oldestWaitingSince"
        from conversation c
       where c.inbox_id = i.id and c.status = 'OPEN' and c.waiting_since is not null) w
    cross join lateral (
      select count(*) as "firstResponses",
             percentile_cont(0.5) within group (order by t.seconds) as "firstResponseP50",
             percentile_cont(0.95) within group (order by t.seconds) as "firstResponseP95"
        from (select extract(epoch from c.first_response_at - c.created_at)::float8 as seconds
                from conversation c where c.inbox_id = i.id and c.first_response_at > $2) t) r
    where i.id = any($1::uuid[])
    order by i.name, i.id`,
)
