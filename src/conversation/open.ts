import { type Actor, requireWriter } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { findEndUser } from '../endUser/access.js'
import { recogniseEndUser } from '../endUser/create.js'
import { changeEndUserIfFree } from '../endUser/update.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type Conversation, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { recordUnread } from '../integration/log.js'
import { cleanContent } from '../message/insert.js'
import { findMessages, type MessageView } from '../message/read.js'
import { receive } from '../message/receive.js'
import type { MessageAdded } from '../message/reply.js'
import { cleanTitle, mergeAttributes } from './fields.js'
import { openAtOnce } from './openAtOnce.js'
import { type NewConversation, openedFirst, openingHash, recordDifference } from './opening.js'
import { type ConversationView, findConversations } from './read.js'

export interface Opened {
  conversation: ConversationView
  message: MessageView
}

/**
 * Opens a conversation with its first message. One that Fin opens is held by Fin. Made once per `objectId`, however
 * often and in parallel it is asked for.
 */
export async function openConversation(
  db: Database,
  actor: Actor | null,
  input: NewConversation,
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  const inboxId = inboxOf(by, input)
  const content = cleanContent(input.message)
  const title = cleanTitle(input.title)
  const opened = by.kind === 'INTEGRATION' && !call ? await openAtOnce(db, by, input, title, content) : null
  if (opened) return opened
  return transact(db, by, call, async (tx): Promise<Opened> => {
    const hash = openingHash(input, title, content)
    const first = await openedFirst(tx, by, input)
    if (first) {
      await recordDifference(tx, by, first, input, hash)
      return asItIs(tx, by, first)
    }
    const endUser = await endUserOf(tx, by, inboxId, input)
    const row = await insertConversation(tx, by, inboxId, endUser.id, title, input, hash)
    const locked = { ...row, assigneeIsBot: row.assigneeId ? true : null }
    const opened = await receive(tx, by, locked, input.message, content, { opening: true })
    if (by.kind === 'INTEGRATION') {
      const about = { conversationId: row.id, endUserId: row.endUserId }
      await recordUnread(tx, by.integrationId, about, input.unread)
    }
    const shown = asItIs(tx, by, opened)
    tx.commitsBehind(shown)
    return shown
  })
}

/** Read before the commit: whatever fails after it must not take back the answer. */
async function asItIs(tx: Transaction, by: Actor, { conversation, message }: MessageAdded): Promise<Opened> {
  const [[view], [first]] = await Promise.all([
    findConversations(tx, by, [conversation.id]),
    findMessages(tx, by, [message.id]),
  ])
  return { conversation: view ?? conversation, message: first ?? message }
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
    if (input.endUser) await changeEndUserIfFree(tx, by, known, input.endUser)
    return known
  }
  if (input.endUser) {
    const endUser = await recogniseEndUser(tx, by, inboxId, input.endUser)
    await changeEndUserIfFree(tx, by, endUser, input.endUser)
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
): Promise<Conversation> {
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
  if (!row) throw new Error('A conversation was not inserted.')
  return row
}

const all = columns('c', Prisma.ConversationScalarFieldEnum)

/** For whomever the end-user is merged into, also by a merge that ends just before. */
const insert = statement(
  'conversation.insert',
  `insert into conversation as c (id, inbox_id, end_user_id, title, attributes, assignee_id, created_at, updated_at,
                                  last_activity_at, integration_id, object_id, input_hash)
   select $1, $2, coalesce(e.merged_into_id, e.id), $4, $5, $6, $7, $7, $7, $8, $9, $10
     from (select id, merged_into_id from end_user where id = $3 for key share) e
   returning ${all}`,
)
