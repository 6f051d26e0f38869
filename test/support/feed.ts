import { expect } from 'vitest'
import type { Database } from '../../src/database/database.js'
import { expireFeed } from '../../src/events/retention.js'
import { eventually } from './eventually.js'

/** In the turn of one that numbers: else the parts ahead, which wait for no other, might not be made. */
export async function moveLog({ pool }: Database, position: number): Promise<void> {
  await pool.query(
    `select pg_advisory_xact_lock(hashtext('graphdesk.event_log'));
     update event_log set position = ${position}`,
  )
}

/** Drops what is older than two weeks, once nobody reads in it: until then it has to wait for the next time. */
export function dropOldFeed(db: Database): Promise<void> {
  return eventually(async () => expect(await expireFeed(db, 14)).toBe(true))
}
