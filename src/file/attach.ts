import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { Prisma, type UploadedFile } from '../generated/prisma/client.js'
import type { Attachment } from '../message/attachments.js'
import { uploadLifetime } from './upload.js'

/** Whether there are uploaded files among them. */
export function hasUploads(attachments: readonly Attachment[]): boolean {
  return attachments.some(({ fileId }) => fileId)
}

/**
 * Locks the uploaded files among what is to be attached, and says what they are; `attachUploads` follows. Those that stand
 * by the message already may go on to do so.
 */
export async function takeUploads<Content extends { attachments: Attachment[] }>(
  tx: Transaction,
  actor: Actor,
  content: Content,
  messageId: string | null = null,
): Promise<Content> {
  const ids = idsOf(content)
  if (ids.length === 0) return content
  const agentId = actor.kind === 'AGENT' ? actor.agentId : null
  const oldest = new Date(tx.now.getTime() - uploadLifetime)
  const found = await tx.query<UploadedFile>(take, [ids, agentId, oldest, messageId])
  const free = new Map(found.map((file) => [file.id, file]))
  const attachments = content.attachments.map((attachment, index) => {
    const { fileId } = attachment
    if (!fileId) return attachment
    const file = free.get(fileId)
    if (!file) throw new NotFoundError('File')
    const refuse = (why: string) => new ValidationError(`attachments.${index}.fileId`, why)
    if (file.messageId && file.messageId !== messageId) throw refuse('This file is attached already.')
    if (!file.storedAs) throw refuse('This file is not there yet: send its content to its `uploadUrl`.')
    // A second mention of the same.
    file.messageId = 'taken'
    return {
      ...attachment,
      filetype: file.contentType,
      filename: attachment.filename ?? file.filename,
      size: file.size,
    }
  })
  return { ...content, attachments }
}

/** Binds what `takeUploads` locked to a message that is inserted just before. */
export async function attachUploads(
  tx: Transaction,
  messageId: string,
  content: { attachments: Attachment[] },
): Promise<void> {
  const ids = idsOf(content)
  if (ids.length > 0) await tx.query(attach, [ids, messageId])
}

function idsOf({ attachments }: { attachments: Attachment[] }): string[] {
  return attachments.flatMap(({ fileId }) => fileId ?? [])
}

const take = statement(
  'upload.take',
  `select ${columns('u', Prisma.UploadedFileScalarFieldEnum)} from uploaded_file u
    where u.id = any($1::uuid[]) and (u.message_id = $4 or u.agent_id = $2 and (u.message_id is not null or u.created_at > $3))
    order by u.id for update`,
)

const attach = statement(
  'upload.attach',
  'update uploaded_file set message_id = $2 where id = any($1::uuid[])',
)
