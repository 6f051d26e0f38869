import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type Notice, Prisma } from '../generated/prisma/client.js'

const newest = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Up to `limit` notices, newest first, older than one of them. */
export function readNotices(
  db: Queryable,
  { before, limit }: { before: string | null; limit: number },
): Promise<Notice[]> {
  return db.query(page, [before ?? newest, limit])
}

/** The notices since a time, oldest first. */
export function noticesSince(db: Queryable, since: Date): Promise<Notice[]> {
  return db.query(late, [since])
}

const fields = columns('n', Prisma.NoticeScalarFieldEnum)

const page = statement(
  'notice.page',
  `select ${fields} from notice n where n.id < $1 order by n.id desc limit $2`,
)

const late = statement(
  'notice.since',
  `select ${fields} from (select * from notice order by id desc limit 1000) n where n.created_at > $1 order by n.id`,
)
