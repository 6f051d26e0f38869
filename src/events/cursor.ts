import { createHash } from 'node:crypto'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

/** Which log this is (changes when the database is copied or restored elsewhere). */
export type LogIdentity = string

export async function logIdentity(db: Database): Promise<LogIdentity> {
  const [row] = await db.query<StoredIdentity>(identity, [])
  if (!row) throw new Error('The table event_log is empty: the migrations did not run to their end.')
  return identityOf(row)
}

/** What a log's identity is made of. */
export interface StoredIdentity {
  identity: string
}

export function identityOf(stored: StoredIdentity): LogIdentity {
  return createHash('sha256').update(stored.identity).digest('base64url').slice(0, 10)
}

/** An opaque pointer into this log: resuming there gives what came after. */
export function eventCursor(log: LogIdentity, position: number): string {
  return Buffer.from(`${log}.${position}`).toString('base64url')
}

/** The position behind a cursor; null when it is malformed or belongs to another log. */
export function eventPosition(log: LogIdentity, cursor: string): number | null {
  const read = readCursor(cursor)
  return read?.log === log ? read.position : null
}

/** What a cursor says; null when it is none. */
export function readCursor(cursor: string): { log: LogIdentity; position: number } | null {
  const [, log, digits] = /^([\w-]{10})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return log && digits ? { log, position: Number(digits) } : null
}

/** How a statement on `event_log l` selects a StoredIdentity. */
export const storedIdentity = {
  select: `concat_ws(' ', l.identity, d.oid, s.system_identifier) as identity`,
  from: 'pg_control_system() s join pg_database d on d.datname = current_database()',
}

const identity = statement(
  'events.identity',
  `select ${storedIdentity.select} from event_log l, ${storedIdentity.from}`,
)
