import { announce } from './announce.js'
import { asAuthor, newMessage } from './answer.js'
import { type ConversationCopy, type CopiedMessage, newCopy, userOut } from './conversationCopy.js'
import type { Fin } from './fin.js'
import { reason } from './helpdeskError.js'
import type { Opening, Writing } from './messengerInput.js'
import { messageOut } from './push.js'
import { registerUser } from './registerUser.js'
import { newObjectId } from './store.js'

const apology = 'Sorry, something went wrong on our side. Please try again later.'

/**
 * An end-user starts a conversation: it is created at the helpdesk with its first message, then synced.
 *
 * A create that fails is not repeated: Fin apologises and the conversation is closed.
 */
export async function openConversation(fin: Fin, opening: Opening): Promise<ConversationCopy> {
  fin.helpdesk()
  const user = fin.store.userFor(opening.user)
  const copy = newCopy(newObjectId(), user, opening.title ?? null, opening.attributes ?? {})
  try {
    await registerUser(fin, user, opening.user.attributes ?? {}, copy.id)
    const message = writeDown(fin, copy, opening)
    const created = await fin
      .helpdesk()
      .client(copy.id)
      .createConversation({
        object_id: copy.id,
        title: copy.title,
        user: userOut(user),
        attributes: copy.attributes,
        message: messageOut(message),
      })
    copy.helpdeskId = created.conversation.id
    message.helpdeskId = created.message.id
  } catch (error) {
    apologise(fin, copy, opening, error)
  }
  // Webhooks may have come before the helpdesk's id was known here; the sync that follows makes up for them.
  fin.store.add(copy)
  if (copy.helpdeskId !== null) await fin.syncs.request(copy.id)
  return copy
}

/** Puts an end-user's message into the copy, where it waits to be pushed. */
export function writeDown(fin: Fin, copy: ConversationCopy, writing: Writing): CopiedMessage {
  const { helpdeskId, objectId, name, email } = copy.user
  const author = { id: helpdeskId ?? objectId, user_type: 'end_user' as const, name, email }
  const message: CopiedMessage = {
    ...newMessage(author, writing.body ?? null),
    attachments: writing.attachments ?? [],
    decided: false,
    script: writing.fin ?? null,
  }
  copy.messages.push(message)
  announce(fin, copy, message)
  return message
}

function apologise(fin: Fin, copy: ConversationCopy, opening: Opening, error: unknown): void {
  if (copy.messages.length === 0) writeDown(fin, copy, opening)
  const sorry = newMessage(asAuthor(fin.helpdesk().agent), apology)
  copy.messages.push(sorry)
  copy.status = 'closed'
  copy.finHolds = false
  fin.activity.add({
    kind: 'error',
    name: 'create_conversation',
    conversation: copy.id,
    detail: reason(error),
  })
  announce(fin, copy, sorry)
}
