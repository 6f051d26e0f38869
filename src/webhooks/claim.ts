import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Receiver } from './send.js'

/** A delivery that this node sends now. */
export interface Claimed extends Receiver {
  id: string
  integrationId: string
  conversationId: string
  /** With this try. */
  attemptCount: number
  /** When others may take it, in database time; also proves that it is still ours. */
  leaseUntil: Date
}

/**
 * Takes up to `most` deliveries of these integrations that are due at `now`, for 60 s. Never one whose conversation
 * has another under way: what changed meanwhile goes out when that is done.
 */
export function claimDeliveries(
  db: Queryable,
  now: Date,
  integrationIds: readonly string[],
  most: number,
): Promise<Claimed[]> {
  return db.query(claim, [now, integrationIds, most])
}

const claim = statement(
  'delivery.claim',
  `with due as (
     select d.id
       from delivery d join fin_integration f on f.id = d.integration_id
      where d.state = 'PENDING' and d.next_attempt_at <= $1 and d.integration_id = any($2::uuid[])
        and f.state = 'ACTIVE' and f.fault is null and f.archived_at is null
        and not exists (select 1 from delivery u
                         where u.integration_id = d.integration_id and u.conversation_id = d.conversation_id
                           and u.state = 'IN_FLIGHT')
      order by d.next_attempt_at, d.id
      limit $3
        for update of d skip locked)
   update delivery d
      set state = 'IN_FLIGHT', attempt_count = d.attempt_count + 1, lease_until = now() + interval '60 s'
     from due, fin_integration f
    where d.id = due.id and f.id = d.integration_id
   returning d.id, d.integration_id as "integrationId", d.conversation_id as "conversationId",
             d.attempt_count as "attemptCount", d.lease_until as "leaseUntil",
             f.webhook_base_url as "webhookBaseUrl", f.identifier, f.webhook_key as "webhookKey"`,
)
