import type pg from 'pg'
import { isPrepared, runOn } from './query.js'
import type { Statement } from './statement.js'

/** Runs statements: the pool itself, or one transaction. */
export interface Queryable {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>
}

export interface Transaction extends Queryable {
  /** The time of the change, one for the whole transaction. */
  readonly now: Date
  /** Asks for the `committed` listeners to be called once this transaction is durable. */
  announceCommit(): void
  /**
   * Lets the commit follow the last statements at once. `last` waits for them, and fails where one could not be sent; all are
   * under way. Only where nothing but an error of theirs would have the change taken back.
   */
  commitsBehind(last: Promise<unknown>): void
}

export interface Begun<T> {
  result: T
  announced: boolean
}

/** Runs `work` in a transaction of a connection's, and commits it. Rejects, with everything taken back, as `work` does. */
export async function inTransaction<T>(
  client: pg.PoolClient,
  { now, named }: { now: Date; named: boolean },
  work: (tx: Transaction) => Promise<T>,
): Promise<Begun<T>> {
  let begun: Promise<unknown> | null = null
  let isBegun = false
  /** Whether a statement waits until the transaction has begun; those behind it then do, too. */
  let isWaiting = false
  let announced = false
  let commit: Promise<pg.QueryResult> | null = null
  /** The work has ended, or cannot end well any more. */
  let isOver = false

  function begin(statement: Statement, values: readonly unknown[]) {
    // The two travel together; where the one fails the other is not run.
    const rides = named && isPrepared(client, statement)
    const first = rides ? runOn(client, statement, values, named, 'begin') : client.query('begin')
    begun = first
    first.then(
      () => {
        isBegun = true
      },
      () => undefined,
    )
    isWaiting = !rides
    return rides ? first : first.then(() => runOn(client, statement, values, named))
  }

  async function query(statement: Statement, values: readonly unknown[]) {
    if (commit) throw new Error(`${statement.name} comes after the commit.`)
    if (!begun) return begin(statement, values)
    if (!isBegun) {
      // Without its transaction it would be lasting.
      isWaiting ||= !isRead(statement)
      if (isWaiting) await begun
    }
    return runOn(client, statement, values, named)
  }

  const end = () => {
    commit ??= client.query('commit')
    return commit
  }

  const result = await work({
    now,
    query: query as Transaction['query'],
    announceCommit() {
      announced = true
    },
    commitsBehind(last) {
      last.catch(() => {
        isOver = true
      })
      // By then it is known of each whether it was sent.
      setImmediate(() => {
        if (!isOver) end().catch(() => undefined)
      })
    },
  }).finally(() => {
    isOver = true
  })
  if (!begun) return { result, announced }
  const { command } = await end()
  // PostgreSQL ends a transaction with this where one of its statements had failed.
  if (command !== 'COMMIT') throw new Error(`A transaction ended with ${command}.`)
  return { result, announced }
}

function isRead({ text }: Statement): boolean {
  return /^\s*select\b/i.test(text)
}
