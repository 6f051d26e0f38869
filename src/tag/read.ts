import type { Queryable } from '../database/database.js'
import { columns, statementByIds } from '../database/statement.js'
import { Prisma, type Tag } from '../generated/prisma/client.js'

/** By ids that come from something the actor may already see. */
export function tagsByIds(db: Queryable, ids: readonly string[]): Promise<Tag[]> {
  return db.query(known(ids), [ids])
}

const known = statementByIds(
  'tag.known',
  (ids) => `select ${columns('t', Prisma.TagScalarFieldEnum)} from ${ids} k(id) join tag t on t.id = k.id`,
)
