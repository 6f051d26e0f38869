import type { AgentActor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { inSight } from './access.js'

/** Whose deliveries are sent again; nobody else changes what waits for it until the transaction ends. */
export interface LockedListener {
  id: string
  isFin: boolean
}

/** What names a listener: one of its deliveries, or whose it is. By stored id. */
export type Named = { deliveryId: string } | { integrationId: string } | { webhookId: string }

/**
 * Locks the listener that an admin names. Throws NotFoundError, and ValidationError when nothing goes to its receiver any
 * more.
 */
export async function lockForResend(
  tx: Transaction,
  admin: AgentActor,
  named: Named,
): Promise<LockedListener> {
  const [[field, id]] = Object.entries(named) as [[keyof typeof locks, string]]
  const { lock, what } = locks[field]
  const [listener] = await tx.query<LockedListener & { isGone: boolean }>(lock, [admin.inboxIds, id])
  if (!listener) throw new NotFoundError(what)
  if (listener.isGone)
    throw new ValidationError(field, 'Its receiver was deleted: nothing is sent there any more.')
  return listener
}

/**
 * Sends deliveries that are finished, and locked, again, in their order and with their attempts counted anew. Returns how
 * many go out. Of Fin's only one for each conversation, and where one is unfinished already, that one is hurried instead.
 */
export async function sendAgain(
  tx: Transaction,
  { id, isFin }: LockedListener,
  deliveryIds: readonly string[],
): Promise<number> {
  if (deliveryIds.length === 0) return 0
  const [sent] = await tx.query<{ count: number }>(isFin ? latestAgain : eachAgain, [id, deliveryIds, tx.now])
  return sent?.count ?? 0
}

const columns = `select l.id, l.integration_id is not null as "isFin",
  coalesce(f.archived_at, w.archived_at) is not null as "isGone"`

const receivers =
  'left join fin_integration f on f.id = l.integration_id left join webhook w on w.id = l.webhook_id'

const locks = {
  deliveryId: {
    what: 'Delivery',
    lock: statement(
      'listener.lockByDelivery',
      `${columns} from listener l ${receivers}
        where l.id = (select listener_id from delivery where id = $2) and ${inSight} for no key update of l`,
    ),
  },
  integrationId: {
    what: 'Fin integration',
    lock: statement(
      'listener.lockByIntegration',
      `${columns} from listener l ${receivers} where l.integration_id = $2 and ${inSight} for no key update of l`,
    ),
  },
  webhookId: {
    what: 'Webhook',
    lock: statement(
      'listener.lockByWebhook',
      `${columns} from listener l ${receivers} where l.webhook_id = $2 and ${inSight} for no key update of l`,
    ),
  },
}

const latestAgain = statement(
  'delivery.latestAgain',
  `with chosen as (
     select distinct on (subject_id) id, subject_id from delivery where id = any($2::uuid[]) order by subject_id, id desc),
        hurried as (
     update delivery d set next_attempt_at = $3
       from chosen c
      where d.listener_id = $1 and d.subject_id = c.subject_id and d.state = 'PENDING' and d.next_attempt_at > $3),
        again as (
     update delivery d
        set state = 'PENDING', attempt_count = 0, next_attempt_at = $3, finished_at = null
       from chosen c
      where d.id = c.id
        and not exists (select 1 from delivery u
                         where u.listener_id = $1 and u.subject_id = c.subject_id and u.state in ('PENDING', 'IN_FLIGHT')))
   select count(*) as count from chosen`,
)

const eachAgain = statement(
  'delivery.eachAgain',
  `with chosen as (
     select d.id,
            row_number() over (partition by d.subject_id order by d.first_position, d.id) = 1
            and not exists (select 1 from delivery u
                             where u.listener_id = $1 and u.subject_id = d.subject_id
                               and u.state in ('QUEUED', 'PENDING', 'IN_FLIGHT')) as "isNext"
       from delivery d where d.id = any($2::uuid[])),
        again as (
     update delivery d
        set state = case when c."isNext" then 'PENDING' else 'QUEUED' end::"DeliveryState",
            attempt_count = 0, next_attempt_at = $3, finished_at = null
       from chosen c where d.id = c.id
     returning 1)
   select count(*) as count from again`,
)
