import { numberEvents } from '../../src/events/numbering.js'
import type { TestServer } from './server.js'

type Happens = () => Promise<unknown>

/** Right before a statement runs for the first time, something else happens and gets its place in the log. */
export function before(server: TestServer, statement: string, happens: Happens): () => void {
  return around(server, statement, async (run) => {
    await happens()
    await numberEvents(server.app.db)
    return run()
  })
}

/** The same right after it, before its answer is known. */
export function after(server: TestServer, statement: string, happens: Happens): () => void {
  return around(server, statement, async (run) => {
    const rows = await run()
    await happens()
    await numberEvents(server.app.db)
    return rows
  })
}

/** Returns how to end it. */
function around(
  { app: { db } }: TestServer,
  name: string,
  instead: (run: () => Promise<never[]>) => Promise<never[]>,
): () => void {
  const { query } = db
  let isFirst = true
  db.query = (statement, values) => {
    const run = () => query<never>(statement, values)
    if (!isFirst || !statement.name.startsWith(name)) return run()
    isFirst = false
    return instead(run)
  }
  return () => {
    db.query = query
  }
}
