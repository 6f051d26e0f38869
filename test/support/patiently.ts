import { statement } from '../../src/database/statement.js'
import type { TestServer } from './server.js'

const longer = statement('', `set local lock_timeout = '25s'`)

/** What begins meanwhile waits for locks as long as a test may take, not 3 s: who holds one may be held up. */
export async function patiently<T>({ app: { db } }: TestServer, work: () => Promise<T>): Promise<T> {
  const { transaction } = db
  db.transaction = (inside) =>
    transaction(async (tx) => {
      await tx.query(longer, [])
      return inside(tx)
    })
  return work().finally(() => {
    db.transaction = transaction
  })
}
