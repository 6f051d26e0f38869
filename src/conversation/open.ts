import { type Actor, requireWriter } from '../actor.js'
import type { Database, Queryable, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { findEndUser } from '../endUser/access.js'
import { type NewEndUser, recogniseEndUser } from '../endUser/create.js'
import { changeEndUserIfFree } from '../endUser/update.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type Conversation, type Message, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { recordUnread, type UnreadValue } from '../integration/log.js'
import { inputHash, recordDifferentRepeat } from '../integration/repeat.js'
import { cleanContent } from '../message/insert.js'
import { messageHash, type ReceivedMessage, receive, receivedBefore } from '../message/receive.js'
import type { MessageAdded } from '../message/reply.js'
import { cleanTitle, mergeAttributes } from './fields.js'

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

/**
 * Opens a conversation with its first message. One that Fin opens is held by Fin. Made once per `objectId`, however
 * often and in parallel it is asked for.
 */
export function openConversation(
  db: Database,
  actor: Actor | null,
  input: NewConversation,
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  const inboxId = inboxOf(by, input)
  const content = cleanContent(input.message)
  const title = cleanTitle(input.title)
  return transact(db, by, call, async (tx): Promise<MessageAdded> => {
    const hash = inputHash([title, input.attributes ?? {}, messageHash(input.message, content)])
    const first = (await openedBefore(tx, by, input.objectId)) ?? (await openedByMessage(tx, by, input))
    if (first) return repeated(tx, by, first, input, hash)
    const endUser = await endUserOf(tx, by, inboxId, input)
    const row = await insertConversation(tx, by, inboxId, endUser.id, title, input, hash)
    if (!row) {
      const other = await openedBefore(tx, by, input.objectId)
      if (!other) throw new Error('A conversation was neither inserted nor found.')
      return repeated(tx, by, other, input, hash)
    }
    const locked = { ...row, assigneeIsBot: row.assigneeId ? true : null }
    const opened = await receive(tx, by, locked, input.message, content, true)
    if (by.kind === 'INTEGRATION') {
      const about = { conversationId: row.id, endUserId: row.endUserId }
      await recordUnread(tx, by.integrationId, about, input.unread)
    }
    return opened
  })
}

async function repeated(
  tx: Transaction,
  by: Actor,
  first: MessageAdded,
  { objectId, message }: NewConversation,
  hash: number,
): Promise<MessageAdded> {
  const { id: conversationId, inputHash: before } = first.conversation
  if (by.kind === 'INTEGRATION' && before !== null && before !== hash) {
    const named = objectId ?? message.objectId ?? ''
    await recordDifferentRepeat(tx, by.integrationId, { conversationId }, named)
  }
  return first
}

function inboxOf(by: Actor, input: NewConversation): string {
  if (by.kind === 'INTEGRATION') return by.inboxId
  if (!input.inboxId) throw new ValidationError('inboxId', 'Say in which inbox the conversation arrives.')
  if (!by.inboxIds.includes(input.inboxId)) throw new NotFoundError('Inbox')
  return input.inboxId
}

async function endUserOf(
  tx: Transaction,
  by: Actor,
  inboxId: string,
  input: NewConversation,
): Promise<{ id: string }> {
  const known = input.endUserId ? await findEndUser(tx, by, input.endUserId) : null
  // A conversation must not fail, nor wait, because of what is said of its end-user.
  if (known?.inboxId === inboxId) {
    if (input.endUser) await changeEndUserIfFree(tx, by, known.id, input.endUser)
    return known
  }
  if (input.endUser) {
    const endUser = await recogniseEndUser(tx, by, inboxId, input.endUser)
    await changeEndUserIfFree(tx, by, endUser.id, input.endUser)
    return endUser
  }
  if (input.endUserId) throw new NotFoundError('End-user')
  throw new ValidationError('endUser', 'Say whose conversation it is: endUserId or endUser.')
}

async function insertConversation(
  tx: Transaction,
  by: Actor,
  inboxId: string,
  endUserId: string,
  title: string | null,
  input: NewConversation,
  hash: number,
): Promise<Conversation | null> {
  const [row] = await tx.query<Conversation>(insert, [
    newId(),
    inboxId,
    endUserId,
    title,
    JSON.stringify(mergeAttributes({}, input.attributes)),
    by.kind === 'INTEGRATION' ? by.agentId : null,
    tx.now,
    by.kind === 'INTEGRATION' && input.objectId ? by.integrationId : null,
    by.kind === 'INTEGRATION' ? (input.objectId ?? null) : null,
    by.kind === 'INTEGRATION' ? hash : null,
  ])
  return row ?? null
}

/** Without an object id of its own, a conversation is known by that of its first message. */
async function openedByMessage(
  tx: Transaction,
  by: Actor,
  { objectId, message }: NewConversation,
): Promise<MessageAdded | null> {
  if (objectId || !message.objectId || by.kind !== 'INTEGRATION') return null
  await tx.query(lockObject, [`${by.integrationId} ${message.objectId}`])
  const first = await receivedBefore(tx, by, message.objectId)
  if (first?.seq !== 1) return null
  const [conversation] = await tx.query<Conversation>(byId, [first.conversationId])
  return conversation ? { conversation, message: first } : null
}

async function openedBefore(
  db: Queryable,
  by: Actor,
  objectId: string | null | undefined,
): Promise<MessageAdded | null> {
  if (!objectId || by.kind !== 'INTEGRATION') return null
  const [conversation] = await db.query<Conversation>(byObjectId, [by.integrationId, objectId])
  if (!conversation) return null
  const [message] = await db.query<Message>(firstMessage, [conversation.id])
  if (!message) throw new Error(`Conversation ${conversation.id} has no first message.`)
  return { conversation, message }
}

const all = columns('c', Prisma.ConversationScalarFieldEnum)

/** For whomever the end-user is merged into, also by a merge that ends just before. */
const insert = statement(
  'conversation.insert',
  `insert into conversation as c (id, inbox_id, end_user_id, title, attributes, assignee_id, created_at, updated_at,
                                  last_activity_at, integration_id, object_id, input_hash)
   select $1, $2, coalesce(e.merged_into_id, e.id), $4, $5, $6, $7, $7, $7, $8, $9, $10
     from (select id, merged_into_id from end_user where id = $3 for key share) e
   on conflict (integration_id, object_id) do nothing
   returning ${all}`,
)

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
