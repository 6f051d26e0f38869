import { isDeepStrictEqual } from 'node:util'
import type { ConversationCopy, CopiedMessage } from './conversationCopy.js'
import { comparable } from './html.js'
import type { Conversation, Message } from './shapes.js'

/** One thing in which Fin's copy and the helpdesk's differ. */
export interface Difference {
  what:
    | 'missing message'
    | 'extra message'
    | 'different message'
    | 'order'
    | 'status'
    | 'assignee'
    | 'title'
    | 'tags'
    | 'attributes'
  /** The message's id at the helpdesk, else Fin's. */
  message?: string
  fin: unknown
  helpdesk: unknown
}

/** All differences between Fin's copy and what the helpdesk holds. */
export function differences(copy: ConversationCopy, there: Conversation, messages: Message[]): Difference[] {
  const fields: [Difference['what'], unknown, unknown][] = [
    ['status', copy.status, there.status],
    ['assignee', copy.assignee?.id ?? null, there.assignee?.id ?? null],
    ['title', copy.title ?? '', there.title ?? ''],
    ['tags', [...copy.tags].sort(), [...(there.tags ?? [])].sort()],
    ['attributes', copy.attributes, there.attributes ?? {}],
  ]
  const state = fields
    .filter(([, fin, helpdesk]) => !isDeepStrictEqual(fin, helpdesk))
    .map(([what, fin, helpdesk]) => ({ what, fin, helpdesk }))
  return [...state, ...messageDifferences(copy.messages, messages)]
}

function messageDifferences(ours: CopiedMessage[], theirs: Message[]): Difference[] {
  const found: Difference[] = []
  const byId = new Map(ours.map((message) => [message.helpdeskId, message]))
  const theirIds = new Set(theirs.map(({ id }) => id))
  for (const message of theirs) {
    const own = byId.get(message.id)
    if (!own) {
      found.push({ what: 'missing message', message: message.id, fin: null, helpdesk: message.body ?? null })
    } else if (!isDeepStrictEqual(ownContent(own), theirContent(message))) {
      const helpdesk = theirContent(message)
      found.push({ what: 'different message', message: message.id, fin: ownContent(own), helpdesk })
    }
  }
  for (const { helpdeskId, objectId, body } of ours) {
    if (helpdeskId !== null && theirIds.has(helpdeskId)) continue
    found.push({ what: 'extra message', message: helpdeskId ?? objectId ?? '', fin: body, helpdesk: null })
  }
  const ourOrder = ours.map(({ helpdeskId }) => helpdeskId).filter((id) => id !== null && theirIds.has(id))
  const theirOrder = theirs.map(({ id }) => id).filter((id) => byId.has(id))
  if (!isDeepStrictEqual(ourOrder, theirOrder)) {
    found.push({ what: 'order', fin: ourOrder, helpdesk: theirOrder })
  }
  return found
}

function ownContent({ body, author, visibility, attachments }: CopiedMessage) {
  return content(body, author, visibility, attachments)
}

function theirContent({ body, author, visibility, attachments }: Message) {
  return content(body ?? null, author, visibility, attachments ?? [])
}

// Addresses of files are left out: a helpdesk may keep the file and sign a new address for each pull.
function content(
  body: string | null,
  author: CopiedMessage['author'],
  visibility: string,
  files: CopiedMessage['attachments'],
) {
  return {
    body: comparable(body),
    author: `${author.user_type} ${author.id}`,
    visibility,
    files: files.map(({ filename }) => filename ?? null),
  }
}
