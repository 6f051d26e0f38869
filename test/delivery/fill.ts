import pg from 'pg'
import type { TestServer } from '../support/server.js'

export interface Filling {
  /** As stored: whose listener they are of. */
  integrationId?: string
  webhookId?: string
  count: number
}

/**
 * Delivered deliveries of a listener, one each minute up to now, each about a conversation of its own making with one
 * attempt. Takes the owner's rights: nothing is looked up row by row.
 */
export async function fillDeliveries(
  server: TestServer,
  { integrationId, webhookId, count }: Filling,
): Promise<void> {
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  try {
    await owner.query('begin')
    await owner.query('set local session_replication_role = replica')
    await owner.query(fill, [integrationId ?? null, webhookId ?? null, count])
    await owner.query('commit')
  } finally {
    await owner.end()
  }
}

const fill = `
  with made as (
    select n, now() - (n * interval '1 minute') as at,
           (lpad(to_hex((extract(epoch from now() - n * interval '1 minute') * 1000)::bigint), 12, '0')
            || '7000800' || right(md5(random()::text), 13))::uuid as id
      from generate_series(1, $3) n),
       inserted as (
    insert into delivery (id, listener_id, integration_id, subject_id, conversation_id, event_type, state, attempt_count,
                          next_attempt_at, first_position, last_position, created_at, finished_at)
    select m.id, l.id, l.integration_id, m.id, m.id, case when l.webhook_id is not null then 'MESSAGE_ADDED' end,
           'DELIVERED', 1, m.at, m.n, m.n, m.at, m.at
      from made m, listener l where l.integration_id = $1::uuid or l.webhook_id = $2::uuid
    returning id, created_at)
  insert into delivery_attempt (id, delivery_id, started_at, duration_ms, status_code)
  select id, id, created_at, 5, 202 from inserted`
