import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type Conversation, type Message, Prisma } from '../generated/prisma/client.js'
import type { Visibility } from '../generated/prisma/enums.js'
import { newId } from '../ids.js'
import { startOf } from '../text.js'
import { type Attachment, cleanAttachments, type GivenAttachment } from './attachments.js'
import { cleanBody } from './body.js'

/** What a message says, as a caller gives it. */
export interface Content {
  body?: string | null
  attachments?: readonly GivenAttachment[] | null
}

export interface CleanContent {
  body: string | null
  text: string
  attachments: Attachment[]
}

/** The storable form; throws ValidationError when there is neither text nor attachment. */
export function cleanContent(content: Content): CleanContent {
  const clean = { ...cleanBody(content.body), attachments: cleanAttachments(content.attachments) }
  if (clean.body === null && clean.attachments.length === 0) {
    throw new ValidationError('body', 'A message needs a body or an attachment.')
  }
  return clean
}

export interface NewMessage extends CleanContent {
  /** A new one when left out. */
  id?: string
  visibility: Visibility
  author: { agentId: string } | { endUserId: string }
  createdAt?: Date | null
  isLate?: boolean
  /** The draft that its author has of its kind is of something else. */
  keepsDraft?: boolean
  /** The integration's own id of it, which makes it unique. */
  objectId?: string | null
  integrationId?: string | null
  inputHash?: number | null
  /** Of the same conversation. */
  quotedMessageId?: string | null
}

/**
 * Adds a message to a locked conversation as its next in order; null when its integration has already sent one with
 * this object id. The caller saves the conversation with `messageCount` one higher. The draft that its author had of it goes,
 * and an agent who had read all before it has read it too.
 */
export async function insertMessage(
  tx: Transaction,
  conversation: Conversation,
  message: NewMessage,
): Promise<Message | null> {
  const [row] = await tx.query<Message>(insert, [
    message.id ?? newId(),
    conversation.id,
    conversation.messageCount + 1,
    message.visibility,
    'agentId' in message.author ? message.author.agentId : null,
    'endUserId' in message.author ? message.author.endUserId : null,
    message.body,
    message.text,
    JSON.stringify(message.attachments),
    message.isLate ?? false,
    message.createdAt ?? tx.now,
    message.objectId ? message.integrationId : null,
    message.objectId ?? null,
    message.objectId ? (message.inputHash ?? null) : null,
    message.keepsDraft ?? false,
    message.quotedMessageId ?? null,
    tx.now,
  ])
  return row ?? null
}

/** The start of a message as an inbox list shows it. */
export function previewOf({ text, attachments }: CleanContent): string {
  return startOf(text || (attachments[0]?.filename ?? 'Attachment'), 140)
}

const insert = statement(
  'message.insert',
  `with sent as (
     delete from draft where not $15::boolean and agent_id = $5::uuid and conversation_id = $2 and visibility = $4),
   seen as (
     update conversation_read set seq = $3, read_at = $17
      where agent_id = $5::uuid and conversation_id = $2 and seq = $3 - 1)
   insert into message as m (id, conversation_id, seq, visibility, author_agent_id, author_end_user_id, body, text,
                             attachments, is_late, created_at, integration_id, object_id, input_hash,
                             quoted_message_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $16)
   on conflict (integration_id, object_id) do nothing
   returning ${columns('m', Prisma.MessageScalarFieldEnum)}`,
)
