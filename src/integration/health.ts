import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type IntegrationCall, Prisma } from '../generated/prisma/client.js'

/** What an integration has called, by operation, as Fin's documentation names it. */
export interface OperationCalls {
  operation: string
  calls: number
  failures: number
  lastCallAt: Date | null
}

/** Something that did not go as asked. */
export interface IntegrationProblem {
  source: 'CALL' | 'LOG' | 'WEBHOOK'
  at: Date
  operation: string | null
  status: number | null
  detail: string
  conversationId: string | null
}

/** In the order of Fin's documentation, also those never called; then what matched none of them. */
export async function callsByOperation(db: Queryable, integrationId: string): Promise<OperationCalls[]> {
  const counted = await db.query<OperationCalls>(counts, [integrationId])
  const known = operations.map(
    (operation) =>
      counted.find((one) => one.operation === operation) ?? {
        operation,
        calls: 0,
        failures: 0,
        lastCallAt: null,
      },
  )
  return [...known, ...counted.filter(({ operation }) => !operations.includes(operation))]
}

/** When a webhook last arrived, also once its delivery is forgotten. */
export async function lastWebhookAt(db: Queryable, integrationId: string): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>(lastWebhook, [integrationId])
  return row?.at ?? null
}

/** The newest 20; of webhooks those among the newest 100. */
export function recentProblems(db: Queryable, integrationId: string): Promise<IntegrationProblem[]> {
  return db.query(problems, [integrationId])
}

/** Up to `limit` calls, newest first, older than one of them. */
export function readCalls(
  db: Queryable,
  integrationId: string,
  { before, limit, failedOnly }: { before: string | null; limit: number; failedOnly: boolean },
): Promise<IntegrationCall[]> {
  return db.query(page, [integrationId, before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff', limit, failedOnly])
}

const operations = [
  'get_user',
  'update_user',
  'create_user',
  'get_agents',
  'get_conversation',
  'update_conversation',
  'create_conversation',
  'get_messages',
  'create_message',
]

const counts = statement(
  'integration.counts',
  `select operation, calls, failures, last_at as "lastCallAt"
     from integration_call_count where integration_id = $1 order by operation`,
)

const lastWebhook = statement(
  'integration.lastWebhook',
  `select greatest(l.delivered_at, (select max(finished_at) from delivery where integration_id = $1 and state = 'DELIVERED')) as at
     from listener l where l.integration_id = $1`,
)

const problems = statement(
  'integration.problems',
  `(select 'CALL' as source, started_at as at, operation, status, coalesce(problem, '') as detail,
           null::uuid as "conversationId"
      from integration_call where integration_id = $1 and status >= 400 order by id desc limit 20)
   union all
   (select 'LOG', last_at, null, null, kind || ': ' || detail, conversation_id
      from integration_log where integration_id = $1 order by last_at desc limit 20)
   union all
   (select 'WEBHOOK', a.started_at, null, a.status_code, coalesce(a.note, ''), d.conversation_id
      from (select id, conversation_id from delivery
             where listener_id = (select id from listener where integration_id = $1) order by id desc limit 100) d
      join delivery_attempt a on a.delivery_id = d.id
     where a.status_code is null or a.status_code not between 200 and 299
     order by a.started_at desc limit 20)
   order by at desc limit 20`,
)

const page = statement(
  'integration.calls',
  `select ${columns('c', Prisma.IntegrationCallScalarFieldEnum)}
     from integration_call c where c.integration_id = $1 and c.id < $2 and ($4 is false or c.status >= 400)
    order by c.id desc limit $3`,
)
