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
  size: number
  /** Under which the store has it. */
  storedAs: string
}

/** Null when the copy is unknown, or not stored yet. */
export async function fileToServe(db: Queryable, id: string): Promise<FileToServe | null> {
  const [row] = await db.query<CopyToServe>(toServe, [id])
  if (!row) return null
  const { contentType, size, originalUrl, attachments } = row
  const attached = attachments.find(({ url }) => url === originalUrl)
  return { contentType, size, name: attached?.filename ?? lastPart(originalUrl), storedAs: id }
}

interface CopyToServe {
  contentType: string
  size: number
  originalUrl: string
  attachments: Attachment[]
}

/** The same of an uploaded file, of a deleted message only where the past is asked for. */
export async function uploadToServe(
  db: Queryable,
  id: string,
  { past }: { past: boolean },
): Promise<FileToServe | null> {
  const [file] = await db.query<FileToServe>(uploadedToServe, [id, past])
  return file ?? null
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
  `select f.content_type as "contentType", f.size, f.original_url as "originalUrl", m.attachments
     from stored_file f join message m on m.id = f.message_id
    where f.id = $1 and f.state = 'STORED' and m.deleted_at is null`,
)

const uploadedToServe = statement(
  'upload.toServe',
  `select u.content_type as "contentType", u.filename as name, u.size, u.stored_as as "storedAs"
     from uploaded_file u left join message m on m.id = u.message_id
    where u.id = $1 and u.stored_as is not null and ($2 or m.deleted_at is null)`,
)
