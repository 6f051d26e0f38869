import type { Actor } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, statementByIds } from '../database/statement.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'

/** An end-user with the e-mail they are known by. */
export interface EndUserView extends EndUser {
  email: string | null
}

/** SQL for the e-mail of the end-user `alias`: their own before one of somebody who was merged into them. */
export function emailOf(alias: string): string {
  return `(select i.value from end_user_identity i
            where i.end_user_id = ${alias}.id and i.kind = 'EMAIL'
            order by split_part(i.scope, ':', 2) <> ${alias}.id::text, i.id limit 1)`
}

/** One end-user of the actor's inboxes; null when there is none. */
export async function findEndUser(db: Queryable, actor: Actor, id: string): Promise<EndUserView | null> {
  const [endUser] = await findEndUsers(db, actor, [id])
  return endUser ?? null
}

/** Those of the actor's inboxes, in no order; whoever was merged is found as whom they were merged into. */
export function findEndUsers(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
): Promise<(EndUserView & { askedId: string })[]> {
  return db.query(byIds(ids), [ids, actor.inboxIds])
}

const byIds = statementByIds(
  'endUser.byIds',
  (
    ids,
  ) => `select ${columns('e', Prisma.EndUserScalarFieldEnum)}, ${emailOf('e')} as email, asked.id as "askedId"
     from ${ids} k(id) join end_user asked on asked.id = k.id
     join end_user e on e.id = coalesce(asked.merged_into_id, asked.id)
    where e.inbox_id = any($2::uuid[])`,
)
