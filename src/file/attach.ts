import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { Prisma, type UploadedFile } from '../generated/prisma/client.js'
import type { Attachment } from '../message/attachments.js'
import { fileName } from './name.js'
import { isWanted, uploadLifetime } from './upload.js'

/** Whether there are uploaded files among them. */
export function hasUploads(attachments: readonly Attachment[]): boolean {
  return attachments.some(({ fileId }) => fileId)
}

interface Taking {
  /** Those that stand by it already may go on to do so. */
  messageId?: string
  /** For a draft: their content may still be on its way. */
  isDraft?: boolean
}

/**
 * Locks the uploaded files among what is to be attached, and says what they are; `attachUploads` follows where a message
 * is to have them. Throws NotFoundError for a file that is not the actor's, and ValidationError for one that cannot be had.
 */
export async function takeUploads<Content extends { attachments: Attachment[] }>(
  tx: Transaction,
  actor: Actor,
  content: Content,
  { messageId, isDraft = false }: Taking = {},
): Promise<Content> {
  const ids = idsOf(content)
  if (ids.length === 0) return content
  const agentId = actor.kind === 'AGENT' ? actor.agentId : null
  const oldest = new Date(tx.now.getTime() - uploadLifetime)
  const found = await tx.query<UploadedFile>(take, [ids, agentId, oldest, messageId ?? null])
  const free = new Map(found.map((file) => [file.id, file]))
  const attachments = content.attachments.map((attachment, index) => {
    const { fileId } = attachment
    if (!fileId) return attachment
    const file = free.get(fileId)
    if (!file) throw new NotFoundError('File')
    const refuse = (why: string) => new ValidationError(`attachments.${index}.fileId`, why)
    if (file.messageId && file.messageId !== messageId) throw refuse('This file is attached already.')
    if (!file.storedAs && !isDraft)
      throw refuse('This file is not there yet: send its content to its `uploadUrl`.')
    // A second mention of the same.
    file.messageId = 'taken'
    return {
      ...attachment,
      filetype: file.contentType,
      filename: fileName(attachment.filename ?? '') || file.filename,
      size: file.size,
    }
  })
  return { ...content, attachments }
}

/** Binds what `takeUploads` locked to a message that is inserted just before, under the names they have there. */
export async function attachUploads(
  tx: Transaction,
  messageId: string,
  content: { attachments: Attachment[] },
): Promise<void> {
  const files = content.attachments.filter(({ fileId }) => fileId)
  if (files.length === 0) return
  await tx.query(attach, [
    files.map(({ fileId }) => fileId),
    files.map(({ filename }) => filename),
    messageId,
  ])
}

function idsOf({ attachments }: { attachments: Attachment[] }): string[] {
  return attachments.flatMap(({ fileId }) => fileId ?? [])
}

const take = statement(
  'upload.take',
  `select ${columns('u', Prisma.UploadedFileScalarFieldEnum)} from uploaded_file u
    where u.id = any($1::uuid[])
      and (u.message_id = $4
        or u.agent_id = $2 and (u.message_id is not null or u.created_at > $3 or ${isWanted('u')}))
    order by u.id for update`,
)

const attach = statement(
  'upload.attach',
  `update uploaded_file u set message_id = $3, filename = coalesce(a.filename, u.filename)
     from unnest($1::uuid[], $2::text[]) a(id, filename) where u.id = a.id`,
)
