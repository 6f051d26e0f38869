import pg from 'pg'

/** How long a connection may wait for another one of a pooler's, in ms. */
const patience = 2_000

const named = { name: 'pooler.probe', text: 'select 1' }

/**
 * Whether a statement's name means the same statement in the next transaction, too. A pooler that gives connections
 * out for one transaction each may know nothing of names: they are then missing, or another client's, on the next.
 */
export async function keepsStatementNames(url: string): Promise<boolean> {
  const [one, another] = [connection(url), connection(url)]
  try {
    await one.connect()
    await one.query(named)
    await another.connect()
    // Behind a pooler it gets the connection that the first has just given back, where the name is taken.
    await another.query(named)
    // It keeps that one now, so that the first gets another, where the name is missing.
    await another.query('begin')
    await another.query('select 1')
    await one.query(named)
    return true
  } catch (error) {
    if (isUnkept(error)) return false
    throw error
  } finally {
    await Promise.all([one, another].map((client) => client.end().catch(() => undefined)))
  }
}

function connection(connectionString: string): pg.Client {
  const client = new pg.Client({
    connectionString,
    application_name: 'graphdesk probe',
    query_timeout: patience,
  })
  // What breaks it is thrown by the query that it breaks.
  client.on('error', () => {})
  return client
}

/** Missing, taken, or a pooler with a single connection. */
function isUnkept(error: unknown): boolean {
  const { code, message } = error as pg.DatabaseError
  return code === '26000' || code === '42P05' || message === 'Query read timeout'
}
