import pLimit from 'p-limit'
import type { Database } from './database.js'

/**
 * The same database for work that no caller waits for: it holds at most `connections` at a time, so that however much
 * of it hangs, a call finds one free.
 */
export function inBackground(db: Database, connections: number): Database {
  const limit = pLimit(connections)
  const { query, transaction, change } = db
  return {
    ...db,
    query: (statement, values) => limit(() => query<never>(statement, values)),
    transaction: (work) => limit(() => transaction(work)),
    change: (statement, values) => limit(() => change<never>(statement, values)),
  }
}
