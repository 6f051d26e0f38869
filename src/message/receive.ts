import { type Actor, requireWriter } from '../actor.js'
import { heldByHumans, type LockedConversation, lockConversation } from '../conversation/lock.js'
import { saveConversation } from '../conversation/save.js'
import type { Database, Queryable, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ForbiddenError } from '../errors.js'
import { attachUploads, hasUploads, takeUploads } from '../file/attach.js'
import { expectFiles, filesOf } from '../file/expect.js'
import { type Conversation, type Message, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { recordForIntegration, recordUnread, type UnreadValue } from '../integration/log.js'
import { inputHash, recordDifferentRepeat } from '../integration/repeat.js'
import { addAtOnce } from './atOnce.js'
import { type CleanContent, type Content, cleanContent, insertMessage, previewOf } from './insert.js'
import type { MessageAdded } from './reply.js'

export interface ReceivedMessage extends Content {
  conversationId: string
  /** FIN: what Fin said, as the integration's agent. Only an integration may say so. */
  author: 'END_USER' | 'FIN'
  visibility?: 'PUBLIC' | 'PRIVATE' | null
  /** The integration's own id of it: a repeat gives the first message. */
  objectId?: string | null
  sentAt?: Date | null
  unread?: readonly UnreadValue[] | null
}

/**
 * A message that reached the helpdesk through a channel: the end-user's, or Fin's answer. Always stored. An end-user's
 * message reopens a resolved, closed or ended conversation; what Fin says after a human took over is marked late.
 */
export async function receiveMessage(
  db: Database,
  actor: Actor | null,
  input: ReceivedMessage,
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  if (input.author === 'FIN' && by.kind !== 'INTEGRATION')
    throw new ForbiddenError('Only a Fin integration speaks for Fin.')
  const content = cleanContent(input)
  const added = await plainly(db, by, input, content, call)
  if (added) return added
  return transact(db, by, call, async (tx): Promise<MessageAdded> => {
    const [before, own] = await Promise.all([
      lockConversation(tx, by, input.conversationId),
      receivedBefore(tx, by, input.objectId),
    ])
    const elsewhere = own && own.conversationId !== before.id
    const first = elsewhere ? await receivedBefore(tx, by, idElsewhere(before.id, input.objectId)) : own
    if (first) return repeated(tx, by, before, first, messageHash(input, content))
    if (by.kind !== 'INTEGRATION' || !input.unread?.length)
      return receive(tx, by, before, input, content, { isLast: true })
    const added = await receive(tx, by, before, input, content)
    await recordUnread(tx, by.integrationId, { conversationId: before.id }, input.unread)
    return added
  })
}

/** Null where it cannot be done at once. */
async function plainly(
  db: Database,
  by: Actor,
  input: ReceivedMessage,
  content: CleanContent,
  call: RepeatableCall | undefined,
): Promise<MessageAdded | null> {
  const isFromFin = input.author === 'FIN' && by.kind === 'INTEGRATION'
  const isPublic = (input.visibility ?? 'PUBLIC') === 'PUBLIC'
  const kind = isPublic ? (isFromFin ? 'finsAnswer' : 'question') : isFromFin ? 'note' : null
  if (!kind || input.unread?.length || hasUploads(content.attachments)) return null
  const common = { ...content, createdAt: input.sentAt }
  if (by.kind !== 'INTEGRATION') return addAtOnce(db, by, kind, input.conversationId, common, call)
  if (call || filesOf(content).length > 0) return null
  return addAtOnce(db, by, kind, input.conversationId, {
    ...common,
    ...(isFromFin && { agentId: by.agentId }),
    objectId: input.objectId,
    inputHash: messageHash(input, content),
  })
}

async function repeated(
  tx: Transaction,
  by: Actor,
  conversation: Conversation,
  message: Message,
  hash: number,
): Promise<MessageAdded> {
  if (
    by.kind === 'INTEGRATION' &&
    message.objectId &&
    message.inputHash !== null &&
    message.inputHash !== hash
  ) {
    await recordDifferentRepeat(tx, by.integrationId, { conversationId: conversation.id }, message.objectId)
  }
  return { message, conversation }
}

/** Of what a message says; signed addresses of the same file differ in their query only. */
export function messageHash(
  { author, visibility, sentAt }: Omit<ReceivedMessage, 'conversationId'>,
  { body, attachments }: CleanContent,
): number {
  const files = attachments.map(({ url, ...file }) => ({ ...file, url: url.split('?')[0] }))
  return inputHash([author, visibility ?? 'PUBLIC', body, files, sentAt?.getTime() ?? null])
}

interface Receiving {
  /** With it the conversation begins. */
  opening?: boolean
  /** Nothing of its transaction comes after it. */
  isLast?: boolean
}

/** The step behind it, for a conversation that is locked or new. */
export async function receive(
  tx: Transaction,
  by: Actor,
  before: LockedConversation,
  input: Omit<ReceivedMessage, 'conversationId'>,
  given: CleanContent,
  receiving: Receiving = {},
): Promise<MessageAdded> {
  const { opening = false, isLast = false } = receiving
  const fromFin = input.author === 'FIN' && by.kind === 'INTEGRATION'
  const isLate = fromFin && heldByHumans(before)
  const visibility = input.visibility ?? 'PUBLIC'
  const content = await takeUploads(tx, by, given)
  const message = await insertMessage(tx, before, {
    ...content,
    visibility,
    author: fromFin ? { agentId: by.agentId } : { endUserId: before.endUserId },
    createdAt: input.sentAt,
    isLate: isLate && visibility === 'PUBLIC',
    objectId: input.objectId,
    integrationId: by.kind === 'INTEGRATION' ? by.integrationId : null,
    inputHash: messageHash(input, content),
  })
  if (!message) {
    if (by.kind !== 'INTEGRATION' || !input.objectId) throw new Error('A message was not inserted.')
    // A message of another conversation has it; nothing that was said may be dropped for that, nor come twice.
    await recordForIntegration(tx, by.integrationId, {
      kind: 'DIFFERENT_REPEAT',
      detail: 'A message of another conversation has this object_id: this one is stored beside it',
      conversationId: before.id,
      field: 'object_id',
      value: input.objectId,
    })
    const objectId = idElsewhere(opening ? 'opening' : before.id, input.objectId)
    return receive(tx, by, before, { ...input, objectId }, given, receiving)
  }
  await attachUploads(tx, message.id, content)
  if (by.kind === 'INTEGRATION') await expectFiles(tx, message)
  const isPublic = visibility === 'PUBLIC'
  const reopens = !fromFin && ['RESOLVED', 'CLOSED', 'ENDED'].includes(before.status)
  const wakes = !fromFin && before.status === 'SNOOZED'
  const saving = saveConversation(
    tx,
    by,
    before,
    {
      messageCount: message.seq,
      lastActivityAt: tx.now,
      ...(isPublic && { preview: previewOf(content) }),
      ...(isPublic && { waitingSince: fromFin ? null : (before.waitingSince ?? tx.now) }),
      ...(isPublic && fromFin && !opening && { firstResponseAt: before.firstResponseAt ?? tx.now }),
      // Who waits for a human still does, whatever Fin says.
      ...((isLate || (fromFin && before.handedOffAt)) && { waitingSince: before.waitingSince }),
      ...((reopens || wakes) && { status: 'OPEN', snoozedUntil: null }),
    },
    [
      ...(opening ? [{ type: 'CONVERSATION_OPENED' } as const] : []),
      { type: 'MESSAGE_ADDED', messageId: message.id },
    ],
    { STATUS_CHANGED: 'END_USER_WROTE' },
  )
  if (isLast) tx.commitsBehind(saving)
  return { message, conversation: await saving }
}

/** Under which a message is found again whose object id another conversation's has. */
export function idElsewhere(where: string, objectId: string | null | undefined): string {
  return `${where} ${objectId}`
}

/** The message that an integration sent with this object id. */
export async function receivedBefore(
  db: Queryable,
  by: Actor,
  objectId: string | null | undefined,
): Promise<Message | null> {
  if (!objectId || by.kind !== 'INTEGRATION') return null
  const [message] = await db.query<Message>(byObjectId, [by.integrationId, objectId])
  return message ?? null
}

const byObjectId = statement(
  'message.byObjectId',
  `select ${columns('m', Prisma.MessageScalarFieldEnum)} from message m where m.integration_id = $1 and m.object_id = $2`,
)
