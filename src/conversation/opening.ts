import type { Actor, IntegrationActor } from '../actor.js'
import type { Queryable, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { findEndUser } from '../endUser/access.js'
import type { NewEndUser } from '../endUser/create.js'
import { knownByObjectId } from '../endUser/identity.js'
import { type Conversation, type Message, Prisma } from '../generated/prisma/client.js'
import type { UnreadValue } from '../integration/log.js'
import { inputHash, recordDifferentRepeat } from '../integration/repeat.js'
import type { CleanContent } from '../message/insert.js'
import { idElsewhere, messageHash, type ReceivedMessage, receivedBefore } from '../message/receive.js'
import type { MessageAdded } from '../message/reply.js'
export interface NewConversation {
  /** Where it arrives; an integration's own inbox when left out. */
  inboxId?: string | null
  endUserId?: string | null
  /** Found again by what identifies it, else made; when `endUserId` is not given or unknown. */
  endUser?: NewEndUser | null
  title?: string | null
  attributes?: Record<string, unknown> | null
  /** The integration's own id of it: a repeat gives the first conversation. */
  objectId?: string | null
  message: Omit<ReceivedMessage, 'conversationId'>
  unread?: readonly UnreadValue[] | null
}

/** What was opened with the same object id. While there is none, nobody else can open it until this ends. */
export async function openedFirst(
  tx: Transaction,
  by: Actor,
  input: NewConversation,
): Promise<MessageAdded | null> {
  const objectId = input.objectId ?? input.message.objectId
  if (!objectId || by.kind !== 'INTEGRATION') return null
  const find = () => (input.objectId ? openedWith(tx, by, input.objectId) : openedByMessage(tx, by, objectId))
  const [, first] = await Promise.all([tx.query(lockObject, [lockedObject(by, objectId)]), find()])
  return first
}

/** What whoever opens with this object id locks. */
export function lockedObject({ integrationId }: IntegrationActor, objectId: string): string {
  return `${integrationId} ${objectId}`
}

/** Without an object id of its own, a conversation is known by that of its first message. */
async function openedByMessage(db: Queryable, by: Actor, objectId: string): Promise<MessageAdded | null> {
  for (const id of [objectId, idElsewhere('opening', objectId)]) {
    const message = await receivedBefore(db, by, id)
    if (message?.seq !== 1) continue
    const [conversation] = await db.query<Conversation>(byId, [message.conversationId])
    if (conversation) return { conversation, message }
  }
  return null
}

async function openedWith(
  db: Queryable,
  by: IntegrationActor,
  objectId: string,
): Promise<MessageAdded | null> {
  const [conversation] = await db.query<Conversation>(byObjectId, [by.integrationId, objectId])
  if (!conversation) return null
  const [message] = await db.query<Message>(firstMessage, [conversation.id])
  if (!message) throw new Error(`Conversation ${conversation.id} has no first message.`)
  return { conversation, message }
}

/** Of what is said; of the end-user only what does not change as they become known. */
export function openingHash(
  { attributes, message, endUser }: NewConversation,
  title: string | null,
  content: CleanContent,
): number {
  const { name, email, photoUrl, attributes: known } = endUser ?? {}
  const person = [name ?? null, email ?? null, photoUrl ?? null, known ?? {}]
  return inputHash([title, attributes ?? {}, messageHash(message, content), person])
}

/** Remarks that a repeat says something else than what the conversation was opened with. */
export async function recordDifference(
  tx: Transaction,
  by: Actor,
  { conversation }: MessageAdded,
  input: NewConversation,
  hash: number,
): Promise<void> {
  const { id: conversationId, inputHash: before } = conversation
  if (by.kind !== 'INTEGRATION' || before === null) return
  if (before === hash && (await isOf(tx, by, conversation, input))) return
  const named = input.objectId ?? input.message.objectId ?? ''
  await recordDifferentRepeat(tx, by.integrationId, { conversationId }, named)
}

/** Whether a conversation is of the end-user that is named, or nobody is. */
async function isOf(
  tx: Transaction,
  by: IntegrationActor,
  conversation: Conversation,
  { endUserId, endUser }: NewConversation,
): Promise<boolean> {
  if (!endUserId && !endUser?.objectId) return true
  const ours = endUserId ? await findEndUser(tx, by, endUserId) : null
  const known =
    ours ?? (endUser?.objectId ? await knownByObjectId(tx, by.integrationId, endUser.objectId) : null)
  return known?.id === conversation.endUserId
}

const all = columns('c', Prisma.ConversationScalarFieldEnum)

const byObjectId = statement(
  'conversation.byObjectId',
  `select ${all} from conversation c where c.integration_id = $1 and c.object_id = $2`,
)

const byId = statement('conversation.openedById', `select ${all} from conversation c where c.id = $1`)

const lockObject = statement(
  'conversation.lockObject',
  'select pg_advisory_xact_lock(hashtextextended($1, 11))',
)

const firstMessage = statement(
  'message.opening',
  `select ${columns('m', Prisma.MessageScalarFieldEnum)} from message m where m.conversation_id = $1 and m.seq = 1`,
)
