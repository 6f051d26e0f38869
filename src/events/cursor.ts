import { createHash } from 'node:crypto'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'

/** Which log this is (changes when the database is copied or restored elsewhere). */
export type LogIdentity = string

export async function logIdentity(db: Database): Promise<LogIdentity> {
  const [row] = await db.query<{ identity: string }>(identity, [])
  if (!row) throw new Error('The table event_log is empty: the migrations did not run to their end.')
  return createHash('sha256').update(row.identity).digest('base64url').slice(0, 10)
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

const identity = statement(
  'events.identity',
  `select concat_ws(' ', l.identity, d.oid, s.system_identifier) as identity
     from event_log l, pg_control_system() s, pg_database d
    where d.datname = current_database()`,
)
