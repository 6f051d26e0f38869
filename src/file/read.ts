import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { Prisma, type StoredFile } from '../generated/prisma/client.js'
import type { Attachment } from '../message/attachments.js'

/** The files of these messages, which the caller has made sure may be seen. */
export function filesOf(db: Queryable, messageIds: readonly string[]): Promise<StoredFile[]> {
  return db.query(ofMessages, [messageIds])
}

/** A stored file to be sent out. */
export interface FileToServe {
  contentType: string
  /** For people. */
  name: string
}

/** Null when it is unknown, or not stored yet. */
export async function fileToServe(db: Queryable, id: string): Promise<FileToServe | null> {
  const [row] = await db.query<{ contentType: string; originalUrl: string; attachments: Attachment[] }>(
    toServe,
    [id],
  )
  if (!row) return null
  const { contentType, originalUrl, attachments } = row
  const attached = attachments.find(({ url }) => url === originalUrl)
  return { contentType, name: attached?.filename ?? lastPart(originalUrl) }
}

function lastPart(address: string): string {
  const part = new URL(address).pathname.split('/').at(-1) || 'file'
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const ofMessages = statement(
  'file.ofMessages',
  `select ${columns('f', Prisma.StoredFileScalarFieldEnum)} from stored_file f
      join message m on m.id = f.message_id
    where f.message_id = any($1::uuid[]) and f.remove_at is null and m.deleted_at is null order by f.id`,
)

const toServe = statement(
  'file.toServe',
  `select f.content_type as "contentType", f.original_url as "originalUrl", m.attachments
     from stored_file f join message m on m.id = f.message_id 
    where f.id = $1 and f.state = 'STORED' and m.deleted_at is null`,
)
