import type { Actor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, type Statement, statement, statementOnce } from '../database/statement.js'
import { type DeliveryAttempt, Prisma } from '../generated/prisma/client.js'
import { inSight, seesDeliveries } from './access.js'
import { type DeliveryFilter, type Filtered, filterShape, filterSql, filterValues } from './filter.js'

/** A delivery as admins see it; its body, which may be long, is read by itself. */
export interface DeliveryView extends Filtered {
  id: string
  /** Of its integration; null for a webhook's. */
  inboxId: string | null
  attemptCount: number
  /** At the earliest; null when it waits for no time but for something else, or for nothing. */
  nextAttemptAt: Date | null
  finishedAt: Date | null
}

/** A page of a list by id, newest first when `descending`. */
export interface DeliveryPage {
  descending: boolean
  /** The id of the last row of the page before. */
  after: string | null
  limit: number
}

/** A page of the deliveries the actor may see. */
export async function listDeliveries(
  db: Queryable,
  actor: Actor | null,
  filter: DeliveryFilter,
  page: DeliveryPage,
): Promise<DeliveryView[]> {
  if (!seesDeliveries(actor) || filter.states?.length === 0) return []
  const values = [actor.inboxIds, page.limit, ...filterValues(filter)]
  if (page.after) values.push(page.after)
  return db.query(listing(filter, page), values)
}

/** Those the actor may see, in no order. */
export async function findDeliveries(
  db: Queryable,
  actor: Actor | null,
  ids: readonly string[],
): Promise<DeliveryView[]> {
  return seesDeliveries(actor) ? db.query(visible, [actor.inboxIds, ids]) : []
}

/** For a caller who makes sure that each is only shown to those who may see it; the oldest first. */
export function deliveriesByIds(db: Queryable, ids: readonly string[]): Promise<DeliveryView[]> {
  return db.query(known, [ids])
}

/** The bodies of deliveries the actor already sees; Fin's have none. */
export function deliveryBodies(
  db: Queryable,
  ids: readonly string[],
): Promise<{ id: string; body: string | null }[]> {
  return db.query(bodies, [ids])
}

export const mostAttempts = 50

/** The newest attempts of deliveries the actor already sees, newest first. */
export function attemptsOf(db: Queryable, deliveryIds: readonly string[]): Promise<DeliveryAttempt[]> {
  return db.query(attempts, [deliveryIds, mostAttempts])
}

/**
 * One statement per shape of filter and order. The page is taken per listener, state and event type, each from its index
 * in order, then merged: no list reads many more rows than its page, however many deliveries there are.
 */
function listing(filter: DeliveryFilter, page: DeliveryPage): Statement {
  const parts = [page.descending ? 'desc' : 'asc', ...filterShape(filter), page.after && 'next']
  const name = `delivery.list.${parts.filter(Boolean).join('.')}`
  return statementOnce(name, () => listSql(filter, page))
}

function listSql(filter: DeliveryFilter, page: DeliveryPage): string {
  let next = 2
  const parameter = () => `$${++next}`
  const order = `order by d.id ${page.descending ? 'desc' : 'asc'}`
  const { listener, delivery, types, states } = filterSql(filter, parameter)
  if (page.after) delivery.push(`d.id ${page.descending ? '<' : '>'} ${parameter()}::uuid`)
  const conditions = ['d.listener_id = l.id', ...delivery].join(' and ')
  const lists = states.map((state) => {
    const list = `(select d.* from delivery d where ${conditions}${state} ${order} limit $2)`
    return types ? `select d.* from ${types} ${list} d` : list
  })
  return `${select}
       from (select d.*
               from listener l left join fin_integration f on f.id = l.integration_id
              cross join lateral (${lists.join(' union all ')}) d
              where ${[inSight, ...listener].join(' and ')} ${order} limit $2) d
       ${joins} ${order}`
}

const select = `select d.id, d.state, l.integration_id as "integrationId", l.webhook_id as "webhookId",
  f.inbox_id as "inboxId", d.conversation_id as "conversationId", d.event_type as "eventType",
  d.attempt_count as "attemptCount", d.created_at as "createdAt", d.finished_at as "finishedAt",
  case when d.state = 'PENDING' and coalesce(f.state, w.state) = 'ACTIVE'
        and coalesce(f.fault, w.fault) is null and coalesce(f.archived_at, w.archived_at) is null
       then greatest(d.next_attempt_at, l.held_until, l.probe_at) end as "nextAttemptAt"`

const joins = `join listener l on l.id = d.listener_id
  left join fin_integration f on f.id = l.integration_id
  left join webhook w on w.id = l.webhook_id`

const visible = statement(
  'delivery.visible',
  `${select} from delivery d ${joins} where d.id = any($2::uuid[]) and ${inSight}`,
)

const known = statement(
  'delivery.known',
  `${select} from delivery d ${joins} where d.id = any($1::uuid[]) order by d.id`,
)

const bodies = statement('delivery.bodies', 'select id, body from delivery where id = any($1::uuid[])')

const attempts = statement(
  'delivery.attempts',
  `select ${columns('a', Prisma.DeliveryAttemptScalarFieldEnum)}
     from unnest($1::uuid[]) d(id)
    cross join lateral (select * from delivery_attempt where delivery_id = d.id order by id desc limit $2) a
    order by a.id desc`,
)
