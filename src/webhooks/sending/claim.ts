import type { Queryable } from '../../database/database.js'
import { statement } from '../../database/statement.js'

/** A delivery that this node sends now. */
export type Claimed = {
  id: string
  listenerId: string
  conversationId: string | null
  /** Since when it could have been taken, by its own time. */
  dueAt: Date
  /** With this try. */
  attemptCount: number
  /** When others may take it, in database time; also proves that it is still ours. */
  leaseUntil: Date
  /** How often in a row its receiver had failed. */
  failures: number
} & (FinReceiver | WebhookReceiver)

/** Where an integration's webhooks go, and the key that opens the door, still sealed. */
export interface FinReceiver {
  kind: 'FIN'
  integrationId: string
  webhookBaseUrl: string
  identifier: string
  webhookKey: Uint8Array
}

export interface WebhookReceiver {
  kind: 'WEBHOOK'
  webhookId: string
  revision: number
  url: string
  body: string
  /** Sealed. */
  secret: Uint8Array
  /** The one before, while both are good. */
  previousSecret: Uint8Array | null
}

/** How long a claim holds. */
export const leaseSeconds = 60

/** How many deliveries a listener may have more under way. */
export type Room = ReadonlyMap<string, number>

/**
 * Takes deliveries of these listeners that are due at `now`, for as long as a claim holds. Never one about something of which another is under
 * way: what changed meanwhile goes out when that is done. Of listeners whose receivers fail, one of those who probe theirs.
 */
export function claimDeliveries(
  db: Queryable,
  now: Date,
  room: Room,
  { most, probing, failuresAllowed }: { most: number; probing: readonly string[]; failuresAllowed: number },
): Promise<Claimed[]> {
  return db.query(claim, [now, [...room.keys()], [...room.values()], failuresAllowed, probing, most])
}

const claim = statement(
  'delivery.claim',
  `with due as (
     select t.id
       from unnest($2::uuid[], $3::int[]) as room(listener_id, most)
       join listener l on l.id = room.listener_id and (l.held_until is null or l.held_until <= $1)
       left join fin_integration f on f.id = l.integration_id
       left join webhook w on w.id = l.webhook_id
      cross join lateral (
        select d.id
          from delivery d
         where d.listener_id = l.id and d.state = 'PENDING' and d.next_attempt_at <= $1
           and not exists (select 1 from delivery u
                            where u.listener_id = d.listener_id and u.subject_id = d.subject_id and u.state = 'IN_FLIGHT')
         order by d.next_attempt_at, d.id
         limit case when l.failures < $4 then room.most when l.id = any($5::uuid[]) then 1 else 0 end
           for update of d skip locked) t
      where coalesce(f.state, w.state) = 'ACTIVE' and f.fault is null and w.fault is null
        and f.archived_at is null and w.archived_at is null
      limit $6)
   update delivery d
      set state = 'IN_FLIGHT', attempt_count = d.attempt_count + 1, lease_until = now() + interval '${leaseSeconds} s'
     from listener l
     left join fin_integration f on f.id = l.integration_id
     left join webhook w on w.id = l.webhook_id
    where d.id = any(array(select id from due)) and l.id = d.listener_id
   returning d.id, d.listener_id as "listenerId", d.conversation_id as "conversationId",
             d.next_attempt_at as "dueAt", d.attempt_count as "attemptCount", d.lease_until as "leaseUntil", l.failures,
             case when f.id is null then 'WEBHOOK' else 'FIN' end as kind,
             f.id as "integrationId", f.webhook_base_url as "webhookBaseUrl", f.identifier, f.webhook_key as "webhookKey",
             w.id as "webhookId", w.revision, w.url, w.secret, d.body,
             case when w.previous_secret_until > $1 then w.previous_secret end as "previousSecret"`,
)
