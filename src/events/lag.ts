import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

export interface EventLogLag {
  /**
   * How long the event that has waited longest for its place in the log has waited: since its change, when that was
   * committed; else since the transaction began that has written it. 0 when none waits.
   */
  seconds: number
  /** The database connection of the transaction that has been open longest with events in it. */
  writerPid: number | null
}

interface Writer {
  pid: number
  /** One transaction of that connection. */
  transaction: string
  /** Null where another role's transactions are not shown. */
  since: Date | null
}

/** Measures the lag of a log, as of the database's clock. */
export function eventLogLag(db: Database): () => Promise<EventLogLag> {
  // For those whose beginning is not shown.
  let seen = new Map<string, Date>()

  return async () => {
    const now = db.clock.now()
    const [waiting] = await db.query<{ since: Date }>(unnumbered, [])
    const open = await db.query<Writer>(writers, [])
    seen = new Map(open.map(({ transaction }) => [transaction, seen.get(transaction) ?? now]))
    const [oldest] = open
      .map(({ pid, transaction, since }) => ({ pid, since: since ?? seen.get(transaction) ?? now }))
      .sort((one, other) => one.since.getTime() - other.since.getTime())
    const since = Math.min(...[waiting, oldest].map((one) => one?.since.getTime() ?? now.getTime()))
    return { seconds: Math.max(0, (now.getTime() - since) / 1_000), writerPid: oldest?.pid ?? null }
  }
}

const unnumbered = statement(
  'events.unnumbered',
  `select e.occurred_at as since from event_pending p join event e on e.id = p.event_id order by p.event_id limit 1`,
)

/** Whoever has written to this table keeps the lock until the transaction ends. */
const writers = statement(
  'events.writers',
  `select l.pid, l.virtualtransaction as transaction, a.xact_start as since
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.relation = 'event_pending'::regclass and l.mode = 'RowExclusiveLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())`,
)
