import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type Notice, Prisma } from '../generated/prisma/client.js'

export interface NoticePage {
  /** Newest first. */
  descending: boolean
  /** Beyond this one, by stored id. */
  after: string | null
  limit: number
}

export function readNotices(db: Queryable, { descending, after, limit }: NoticePage): Promise<Notice[]> {
  return db.query(descending ? newestFirst : oldestFirst, [after, limit])
}

/** The notices since a time, oldest first. */
export function noticesSince(db: Queryable, since: Date): Promise<Notice[]> {
  return db.query(late, [since])
}

const fields = columns('n', Prisma.NoticeScalarFieldEnum)

const newestFirst = statement(
  'notice.newestFirst',
  `select ${fields} from notice n
    where n.id < coalesce($1::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') order by n.id desc limit $2`,
)

const oldestFirst = statement(
  'notice.oldestFirst',
  `select ${fields} from notice n
    where n.id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') order by n.id limit $2`,
)

const late = statement(
  'notice.since',
  `select ${fields} from (select * from notice order by id desc limit 1000) n where n.created_at > $1 order by n.id`,
)
