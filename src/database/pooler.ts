import { setImmediate } from 'node:timers/promises'
import pg from 'pg'

/** How long a connection may be silent before the other one is asked whether the database answers, in ms. */
const patience = 1_000

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
    if (!(await isAnswered(another.query(named), one))) return false
    // It keeps that one now, so that the first gets another, where the name is missing.
    await another.query('begin')
    await another.query('select 1')
    return await isAnswered(one.query(named), another)
  } catch (error) {
    if (isUnkept(error)) return false
    throw error
  } finally {
    await Promise.all([one, another].map((client) => client.end().catch(() => undefined)))
  }
}

function connection(connectionString: string): pg.Client {
  const client = new pg.Client({ connectionString, application_name: 'graphdesk probe' })
  // What breaks it is thrown by the query that it breaks.
  client.on('error', () => {})
  return client
}

/** False where a pooler with a single connection keeps it for the other one; a slow database answers neither. */
async function isAnswered(asked: Promise<unknown>, other: pg.Client): Promise<boolean> {
  const answer = asked.then(() => true)
  // Its end breaks it.
  answer.catch(() => undefined)
  for (let looks = 0; looks < 2; looks++) {
    if (await Promise.race([answer, silence()])) return true
    await other.query('select 1')
  }
  return Promise.race([answer, setImmediate(false)])
}

const silence = () => new Promise<false>((resolve) => setTimeout(resolve, patience, false))

/** Missing or taken. */
function isUnkept(error: unknown): boolean {
  const { code } = error as pg.DatabaseError
  return code === '26000' || code === '42P05'
}
