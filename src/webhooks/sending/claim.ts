import type { Queryable } from '../../database/database.js'
import { statement } from '../../database/statement.js'

/** A delivery that this node sends now, or soon. */
export type Claimed = Taken & Receiver

/** What is a delivery's own. */
interface Taken {
  id: string
  listenerId: string
  conversationId: string | null
  /** Of a webhook's, as it is sent. */
  body: string | null
  /** Since when it could have been taken, by its own time, in ms. */
  dueAt: number
  /** With this try. */
  attemptCount: number
  /** When others may take it, in database time, as PostgreSQL writes it; also proves that it is still ours. */
  leaseUntil: string
}

/** Where deliveries go. */
type Receiver = {
  /** How often in a row it had failed. */
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
  /** Sealed. */
  secret: Uint8Array
  /** The one before, while both are good. */
  previousSecret: Uint8Array | null
}

/** How long a claim holds. */
export const leaseSeconds = 60

/** How many deliveries more may be taken of a listener's. */
export type Room = ReadonlyMap<string, number>

/**
 * Takes deliveries of these listeners that are due at `now`, for as long as a claim holds. Never one about something of which another is under
 * way: what changed meanwhile goes out when that is done. Of listeners whose receivers fail, one of those who probe theirs.
 */
export async function claimDeliveries(
  db: Queryable,
  now: Date,
  room: Room,
  { most, probing, failuresAllowed }: { most: number; probing: readonly string[]; failuresAllowed: number },
): Promise<Claimed[]> {
  const values = [now, [...room.keys()], [...room.values()], failuresAllowed, probing, most]
  return claimedOf(await db.query<ClaimedRow>(claim, values))
}

/** A row of `claimedRows`. */
export type ClaimedRow = Taken & { isFirst: boolean } & Receiver

export function claimedOf(rows: readonly ClaimedRow[]): Claimed[] {
  let receiver: Receiver
  return rows.map((row) => {
    if (row.isFirst) receiver = receiverOf(row)
    const { id, listenerId, conversationId, body, dueAt, attemptCount, leaseUntil } = row
    return { id, listenerId, conversationId, body, dueAt, attemptCount, leaseUntil, ...receiver }
  })
}

/** All deliveries of a listener share the object, and the bytes in it. */
function receiverOf(row: Receiver): Receiver {
  const { failures } = row
  if (row.kind === 'FIN') {
    const { kind, integrationId, webhookBaseUrl, identifier, webhookKey } = row
    return { failures, kind, integrationId, webhookBaseUrl, identifier, webhookKey }
  }
  const { kind, webhookId, revision, url, secret, previousSecret } = row
  return { failures, kind, webhookId, revision, url, secret, previousSecret }
}

/** Where a claim of now ends. */
export const leaseEnd = `now() + interval '${leaseSeconds} s'`

/** SQL of what `taken` are, in the order of their time. A listener's first row brings its receiver along. `$1`: now. */
export const claimedRows = `select t.id, t.listener_id as "listenerId", t.conversation_id as "conversationId", t.body,
          extract(epoch from t.next_attempt_at)::float8 * 1000 as "dueAt", t.attempt_count as "attemptCount",
          t.lease_until::text as "leaseUntil", t.turn = 1 as "isFirst", l.failures,
          case when l.id is null then null when f.id is null then 'WEBHOOK' else 'FIN' end as kind,
          f.id as "integrationId", f.webhook_base_url as "webhookBaseUrl", f.identifier, f.webhook_key as "webhookKey",
          w.id as "webhookId", w.revision, w.url, w.secret,
          case when w.previous_secret_until > $1 then w.previous_secret end as "previousSecret"
     from (select *, row_number() over (partition by listener_id order by next_attempt_at, id) as turn from taken) t
     left join listener l on l.id = t.listener_id and t.turn = 1
     left join fin_integration f on f.id = l.integration_id
     left join webhook w on w.id = l.webhook_id
    order by t.listener_id, t.turn`

/**
 * Deliveries are looked at and changed where they lie, by ctid, for the lock holds them there; `offset 0` has each looked up
 * by itself: however few are under way when the plan is made, many are later.
 */
const claim = statement(
  'delivery.claim',
  `with due as materialized (
     select t.place
       from unnest($2::uuid[], $3::int[]) as room(listener_id, most)
       join listener l on l.id = room.listener_id and (l.held_until is null or l.held_until <= $1)
       left join fin_integration f on f.id = l.integration_id
       left join webhook w on w.id = l.webhook_id
      cross join lateral (
        select d.ctid as place
          from delivery d
         where d.listener_id = l.id and d.state = 'PENDING' and d.next_attempt_at <= $1
           and not exists (select 1 from delivery u
                            where u.listener_id = d.listener_id and u.subject_id = d.subject_id and u.state = 'IN_FLIGHT'
                           offset 0)
         order by d.next_attempt_at, d.id
         limit case when l.failures < $4 then room.most when l.id = any($5::uuid[]) then 1 else 0 end
           for update of d skip locked) t
      where coalesce(f.state, w.state) = 'ACTIVE' and f.fault is null and w.fault is null
        and f.archived_at is null and w.archived_at is null
      limit $6),
        taken as (
     update delivery d
        set state = 'IN_FLIGHT', attempt_count = d.attempt_count + 1, lease_until = ${leaseEnd}
      where d.ctid = any(array(select place from due))
     returning d.id, d.listener_id, d.conversation_id, d.body, d.next_attempt_at, d.attempt_count, d.lease_until)
   ${claimedRows}`,
)
