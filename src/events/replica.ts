import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { OverloadedError } from '../errors.js'
import { identityOf, type LogIdentity, type StoredIdentity, storedIdentity } from './cursor.js'

export type ReadFrom = 'primary' | 'replica'

/** A streaming copy of the database, for reads. It may be late, fall and come back at any time. */
export interface Replica {
  /**
   * Reads from the replica when that has replayed the log at least to a position. Else, or when anything goes wrong
   * there, from the primary: reading twice is harmless.
   */
  read<Answer>(position: number, from: Reading<Answer>): Promise<Answer>
  /** Called with which of the two has given an answer. */
  answered: Set<(from: ReadFrom) => void>
  close(): Promise<void>
}

export interface Reading<Answer> {
  replica(db: Database): Promise<Answer>
  primary(): Promise<Answer>
}

/** What a replica is when looked at. */
interface Sight {
  position: number
  /** Since when this server runs: one that was restarted may show an older state than before. */
  life: number
}

/** How long one that does not answer is left alone, in ms. */
const pause = 1_000

/** `db`: connections to the replica, whose waits must be short. Takes them over. */
export async function openReplica(
  db: Database,
  log: LogIdentity,
  report: (error: Error) => void,
): Promise<Replica> {
  /** When it is looked at again, in ms; null while it answers. */
  let nextLook: number | null = null
  let closed = false
  const answered: Replica['answered'] = new Set()

  async function look(): Promise<Sight> {
    const [row] = await db.query<Sight & StoredIdentity & { follows: boolean }>(sight, [])
    if (!row || identityOf(row) !== log) throw new Error('it is of another database')
    if (!row.follows) throw new Error('it follows no primary')
    return row
  }

  function leaveAlone(error: unknown) {
    const isNews = nextLook === null
    nextLook = db.clock.now().getTime() + pause
    if (!isNews || closed) return
    const cause = error instanceof OverloadedError ? error.cause : error
    report(new Error('The replica is not to be used; the primary does its reads.', { cause }))
  }

  /** Nobody waits for one that was lost. */
  function lookAgain() {
    nextLook = Number.POSITIVE_INFINITY
    look().then(() => {
      nextLook = null
      report(new Error('The replica is used again.'))
    }, leaveAlone)
  }

  async function see(): Promise<Sight | null> {
    if (nextLook !== null) {
      if (db.clock.now().getTime() >= nextLook) lookAgain()
      return null
    }
    try {
      return await look()
    } catch (error) {
      leaveAlone(error)
      return null
    }
  }

  async function fromReplica<Answer>(position: number, reading: Reading<Answer>): Promise<[Answer] | null> {
    const before = await see()
    if (!before || before.position < position) return null
    try {
      const answer = await reading.replica(db)
      const after = await see()
      return after?.life === before.life ? [answer] : null
    } catch {
      // The primary says whether it was the question.
      return null
    }
  }

  // A fault of the settings is then said at start.
  await see()
  return {
    answered,
    async read(position, reading) {
      const found = await fromReplica(position, reading)
      for (const hear of answered) hear(found ? 'replica' : 'primary')
      return found ? found[0] : reading.primary()
    },
    close() {
      closed = true
      return db.close()
    },
  }
}

const sight = statement(
  'events.sight',
  `select l.position, extract(epoch from pg_postmaster_start_time())::float8 as life, pg_is_in_recovery() as follows,
          ${storedIdentity.select}
     from event_log l, ${storedIdentity.from}`,
)
