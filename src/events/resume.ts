import type { Queryable } from '../database/database.js'
import { type LogIdentity, readCursor } from './cursor.js'
import { readableSpan } from './read.js'

/**
 * Why a cursor cannot be resumed. EXPIRED: events after it have left the feed. AHEAD: the log has not come that far, as
 * after a backup was restored. FOREIGN: it is of another log. MALFORMED: it is no cursor.
 */
export type ResyncReason = 'EXPIRED' | 'AHEAD' | 'FOREIGN' | 'MALFORMED'

/** Where a reader goes on: behind its cursor, or at the log's end with the reason why not. */
export interface Resumption {
  position: number
  lost: ResyncReason | null
}

/** From a cursor, or from the log's end without one. A cursor just before the oldest event that is kept is still good. */
export async function resume(
  db: Queryable,
  log: LogIdentity,
  cursor: string | null | undefined,
): Promise<Resumption> {
  const { after, newest } = await readableSpan(db)
  if (cursor == null) return { position: newest, lost: null }
  const read = readCursor(cursor)
  const lost = !read
    ? 'MALFORMED'
    : read.log !== log
      ? 'FOREIGN'
      : read.position > newest
        ? 'AHEAD'
        : read.position < after
          ? 'EXPIRED'
          : null
  return { position: read && !lost ? read.position : newest, lost }
}
