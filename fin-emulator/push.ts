import type { ConversationCopy, CopiedMessage } from './conversationCopy.js'
import { mergeChanges } from './conversationCopy.js'
import type { Fin } from './fin.js'
import { adoptConversation } from './pull.js'
import type { ConversationChange, NewMessage } from './variant.js'

/** Pushes what the helpdesk has not got yet, in order; a repeat of one that arrived unnoticed does no harm. */
export async function pushMessages(fin: Fin, copy: ConversationCopy, helpdeskId: string): Promise<void> {
  const client = fin.helpdesk().client(copy.id)
  for (const message of copy.messages) {
    if (message.helpdeskId !== null) continue
    const { id } = await client.createMessage(helpdeskId, messageOut(message))
    settle(copy, message, id)
  }
}

/** Ends a sync: tells the helpdesk what Fin has changed, and whether Fin still holds the conversation. */
export async function pushConversation(fin: Fin, copy: ConversationCopy, helpdeskId: string): Promise<void> {
  const assignee_id = copy.finHolds ? fin.helpdesk().agent.id : null
  await pushUnsent(fin, copy, helpdeskId, { assignee_id })
}

/** Sends the changes not confirmed yet, and takes the helpdesk's answer for the truth. */
export async function pushUnsent(
  fin: Fin,
  copy: ConversationCopy,
  helpdeskId: string,
  also: ConversationChange,
): Promise<void> {
  const sent = copy.unsent
  copy.unsent = {}
  try {
    const client = fin.helpdesk().client(copy.id)
    adoptConversation(fin, copy, await client.updateConversation(helpdeskId, { ...also, ...sent }))
  } catch (error) {
    copy.unsent = mergeChanges(sent, copy.unsent)
    throw error
  }
}

/** A message as Fin pushes it. */
export function messageOut(message: CopiedMessage): NewMessage {
  const { id, user_type, name, email, photo_url } = message.author
  return {
    object_id: message.objectId ?? '',
    body: message.body,
    author: { id, user_type, name, email, ...(photo_url ? { photo_url } : {}) },
    attachments: message.attachments,
    created_at: message.createdAt,
  }
}

// A push whose answer was lost has been pulled since, as if someone else had written it: it takes that place.
function settle(copy: ConversationCopy, message: CopiedMessage, helpdeskId: string): void {
  const pulled = copy.messages.find((other) => other.helpdeskId === helpdeskId)
  message.helpdeskId = helpdeskId
  if (!pulled) return
  message.placed = true
  copy.messages = copy.messages
    .filter((other) => other !== message)
    .map((other) => (other === pulled ? message : other))
}
