import type { TestServer } from './server.js'

/** How often statements whose names begin so are run while `work` is done. */
export async function timesOf(
  { app: { db } }: TestServer,
  name: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const { query } = db
  let times = 0
  db.query = (statement, values) => {
    if (statement.name.startsWith(name)) times++
    return query(statement, values)
  }
  await work().finally(() => {
    db.query = query
  })
  return times
}
