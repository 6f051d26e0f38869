import type { Actor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { countName, rowsOf, type Statement, statement, statementOnce } from '../database/statement.js'
import { type ConversationFilter, filterShape, filterSql, filterValues, listedInboxes } from './filter.js'

/** How many conversations of a list the actor may see; exact, and not counted one by one. */
export async function countConversations(
  db: Queryable,
  actor: Actor,
  filter: ConversationFilter,
): Promise<number> {
  const inboxIds = listedInboxes(actor, filter)
  if (inboxIds.length === 0) return 0
  const [row] = await db.query<{ total: number }>(counting(inboxIds, filter), [
    inboxIds,
    ...filterValues(filter),
  ])
  return row?.total ?? 0
}

function counting(inboxIds: readonly string[], filter: ConversationFilter): Statement {
  const name = ['conversation.total', countName(inboxIds), ...filterShape(filter)].join('.')
  return statementOnce(name, () => `select (${totalSql(inboxIds, filter)}) as total`)
}

/** SQL of how many conversations of the inboxes `$1` a filter leaves, its values from `$2` on. */
export function totalSql(inboxIds: readonly string[], filter: ConversationFilter): string {
  let next = 1
  const { statuses, conditions } = filterSql(filter, () => `$${++next}`)
  // Nothing is kept of single end-users: they have few.
  const [rows, from] = filter.endUserId ? ['count(*)', 'conversation'] : ['sum(c.rows)', 'conversation_count']
  return `select coalesce(sum(k.rows), 0)::int from ${rowsOf('$1::uuid[]', inboxIds)} i(id) ${statuses}
           cross join lateral (select ${rows} as rows from ${from} c where ${conditions.join(' and ')}) k`
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
