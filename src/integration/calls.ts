import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { newId } from '../ids.js'
import { storable } from '../text.js'

/** One request of an integration, as it is recorded. */
export interface IntegrationCall {
  integrationId: string
  operation: string
  method: string
  path: string
  status: number
  durationMs: number
  startedAt: Date
  problem: string | null
  request: object
}

/** Takes down what integrations call, apart from the calls themselves. */
export interface CallLog {
  record(call: IntegrationCall): void
  /** Called for each call, at once. */
  recorded: Set<(call: IntegrationCall) => void>
  /** Writes down what waits. */
  flush(): Promise<void>
  /** Writes down the last. */
  stop(): Promise<void>
}

const pause = 1_000
/** Beyond these the oldest are only counted. */
const mostWaiting = 1_000

interface Count {
  calls: number
  failures: number
  lastAt: Date
}

/** Keeps calls in memory for a moment and writes them in batches, so that no call waits for its own record. */
export function openCallLog(db: Database, report: (error: Error) => void): CallLog {
  let waiting: IntegrationCall[] = []
  let counts = new Map<string, Count>()
  let writing: Promise<void> = Promise.resolve()
  const recorded: CallLog['recorded'] = new Set()

  function count({ integrationId, operation }: IntegrationCall, { calls, failures, lastAt }: Count) {
    const key = JSON.stringify([integrationId, operation])
    const before = counts.get(key)
    counts.set(key, {
      calls: (before?.calls ?? 0) + calls,
      failures: (before?.failures ?? 0) + failures,
      lastAt: before && before.lastAt > lastAt ? before.lastAt : lastAt,
    })
  }

  async function write() {
    if (counts.size === 0) return
    const [calls, counted] = [waiting, counts]
    waiting = []
    counts = new Map()
    try {
      await db.transaction(async (tx) => {
        if (calls.length > 0) await tx.query(insertCalls, [JSON.stringify(calls.map(rowOf))])
        await tx.query(addCounts, [JSON.stringify([...counted].map(countRow))])
      })
    } catch (error) {
      // The counts are kept for the next time; what was called is not worth more memory.
      for (const [key, one] of counted) {
        const [integrationId, operation] = JSON.parse(key)
        count({ integrationId, operation } as IntegrationCall, one)
      }
      report(error as Error)
    }
  }

  const flush = () => {
    writing = writing.then(write)
    return writing
  }
  const timer = setInterval(flush, pause)

  return {
    recorded,
    flush,
    record(call) {
      count(call, { calls: 1, failures: call.status >= 400 ? 1 : 0, lastAt: call.startedAt })
      waiting.push(call)
      if (waiting.length > mostWaiting) waiting.shift()
      for (const hear of recorded) hear(call)
    },
    async stop() {
      clearInterval(timer)
      await flush()
    },
  }
}

function rowOf({ integrationId, durationMs, startedAt, path, ...call }: IntegrationCall) {
  return {
    ...call,
    id: newId(),
    integration_id: integrationId,
    path: storable(path),
    duration_ms: durationMs,
    started_at: startedAt,
  }
}

function countRow([key, { calls, failures, lastAt }]: [string, Count]) {
  const [integration_id, operation] = JSON.parse(key)
  return { integration_id, operation, calls, failures, last_at: lastAt }
}

const insertCalls = statement(
  'integration.insertCalls',
  `insert into integration_call (id, integration_id, operation, method, path, status, duration_ms, request, problem, started_at)
   select r.* from jsonb_to_recordset($1::jsonb) as r(id uuid, integration_id uuid, operation text, method text, path text,
                                                      status int, duration_ms int, request jsonb, problem text,
                                                      started_at timestamptz)`,
)

const addCounts = statement(
  'integration.addCounts',
  `insert into integration_call_count as c (integration_id, operation, calls, failures, last_at)
   select r.integration_id, r.operation, r.calls, r.failures, r.last_at
     from jsonb_to_recordset($1::jsonb) as r(integration_id uuid, operation text, calls int, failures int,
                                             last_at timestamptz)
    order by 1, 2
       on conflict (integration_id, operation)
       do update set calls = c.calls + excluded.calls, failures = c.failures + excluded.failures,
                     last_at = greatest(c.last_at, excluded.last_at)`,
)
