import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'

/** Suggests that two end-users are one person, since they gave the same e-mail address. */
export async function suspectDuplicate(db: Queryable, endUserId: string, originalId: string): Promise<void> {
  await db.query(suspect, [endUserId, originalId])
}

/** The end-users who may be the same person as each of these, by id. */
export async function suspectedDuplicates(
  db: Queryable,
  endUserIds: readonly string[],
): Promise<{ endUserId: string; otherId: string }[]> {
  return db.query(ofEach, [endUserIds])
}

const suspect = statement(
  'endUser.suspect',
  `insert into end_user_duplicate (end_user_id, original_id, reason) values ($1, $2, 'EMAIL') on conflict do nothing`,
)

const ofEach = statement(
  'endUser.suspected',
  `select end_user_id as "endUserId", original_id as "otherId" from end_user_duplicate where end_user_id = any($1::uuid[])
   union
   select original_id, end_user_id from end_user_duplicate where original_id = any($1::uuid[])
    order by 1, 2`,
)
