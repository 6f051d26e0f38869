import type { Actor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import {
  countName,
  passingStatement,
  rowsOf,
  type Statement,
  statement,
  statementOnce,
} from '../database/statement.js'
import {
  type ConversationFilter,
  filterShape,
  filterSql,
  filterValues,
  furtherConditions,
  listedInboxes,
} from './filter.js'
import { type Asked, askedSql, isKept } from './filterTree.js'

export interface Total {
  rows: number
  /** False: there are more. */
  isExact: boolean
}

/** What is not kept is counted so far. */
const most = 10_000

/** How many conversations of a list the actor may see; not counted one by one where what is asked is kept. */
export async function countConversations(
  db: Queryable,
  actor: Actor,
  filter: ConversationFilter,
): Promise<Total> {
  const inboxIds = listedInboxes(actor, filter)
  if (inboxIds.length === 0) return { rows: 0, isExact: true }
  const values = [inboxIds, ...filterValues(filter)]
  const asked = furtherConditions(filter)
  const further = askedSql(asked, actor, values)
  const [row] = await db.query<{ total: number }>(counting(inboxIds, filter, further, isKept(asked)), values)
  const rows = row?.total ?? 0
  return isKept(asked) ? { rows, isExact: true } : { rows: Math.min(rows, most), isExact: rows <= most }
}

function counting(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  further: Asked,
  isKept: boolean,
): Statement {
  const { conditions } = further
  if (!isKept) return passingStatement('conversation.total', cappedSql(inboxIds, filter, further))
  const text = () => `select (${totalSql(inboxIds, filter, conditions)}) as total`
  if (conditions.length > 0) return passingStatement('conversation.total', text())
  return statementOnce(['conversation.total', countName(inboxIds), ...filterShape(filter)].join('.'), text)
}

/** SQL of how many conversations of the inboxes `$1` a filter leaves, its values from `$2` on. */
export function totalSql(
  inboxIds: readonly string[],
  filter: ConversationFilter,
  further: readonly string[] = [],
): string {
  let next = 1
  const { statuses, conditions } = filterSql(filter, () => `$${++next}`)
  // Nothing is kept of single end-users: they have few.
  const [rows, from] = filter.endUserId ? ['count(*)', 'conversation'] : ['sum(c.rows)', 'conversation_count']
  return `select coalesce(sum(k.rows), 0)::int from ${rowsOf('$1::uuid[]', inboxIds)} i(id) ${statuses}
           cross join lateral (select ${rows} as rows from ${from} c where ${[...conditions, ...further].join(' and ')}) k`
}

/** The same of what has to be counted, up to one more than is counted. */
function cappedSql(inboxIds: readonly string[], filter: ConversationFilter, further: Asked): string {
  let next = 1
  const { statuses, conditions } = filterSql(filter, () => `$${++next}`)
  return `${further.start}select count(*)::int as total from (
      select from ${rowsOf('$1::uuid[]', inboxIds)} i(id) ${statuses}
        join conversation c on ${[...conditions, ...further.conditions].join(' and ')} limit ${most + 1}) k`
}

/** Puts what was added since into one row for each kind of conversation; changes no sum. */
export async function sumUpCounts(db: Queryable): Promise<void> {
  await db.query(sumUp, [])
}

const kind = `inbox_id, status, is_waiting, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000')`

const sumUp = statement(
  'conversation.sumUp',
  // Two at a time would wait for each other's rows.
  `with alone as materialized (select pg_try_advisory_xact_lock(hashtext('graphdesk.conversation_count')) as alone),
   gone as (
     delete from conversation_count where (select alone from alone) and (${kind}) in (
       select ${kind} from conversation_count group by ${kind} having count(*) > 1) returning *)
   insert into conversation_count (inbox_id, status, assignee_id, is_waiting, rows)
   select inbox_id, status, assignee_id, is_waiting, sum(rows) from gone
    group by inbox_id, status, assignee_id, is_waiting having sum(rows) <> 0`,
)
