import { type Bulk, loadBulk } from '../../bench/data.js'
import { newestPosition } from '../../src/events/read.js'
import type { TestServer } from './server.js'

/** Loads skewed data into a running server's database, and waits until the server has read the log of it. */
export async function fillWithBulk(server: TestServer, conversations = 100_000): Promise<Bulk> {
  const { db, tail, principals } = server.app
  const bulk = await loadBulk(server.ownerUrl, conversations)
  const newest = await newestPosition(db)
  await new Promise<void>((resolve) => {
    const look = () => {
      if (tail.position < newest) return
      tail.listeners.delete(look)
      resolve()
    }
    tail.listeners.add(look)
    look()
  })
  // What the admin sees is at most a second old.
  principals.forget()
  return bulk
}
