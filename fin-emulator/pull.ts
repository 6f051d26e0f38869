import { announce, publicName } from './announce.js'
import { type ConversationCopy, type CopiedMessage, overlayUnsent } from './conversationCopy.js'
import type { Fin } from './fin.js'
import type { Conversation, EndUser, Message } from './shapes.js'

/** Brings the helpdesk's user, conversation and messages into Fin's copy. */
export async function pull(fin: Fin, copy: ConversationCopy, helpdeskId: string): Promise<void> {
  const client = fin.helpdesk().client(copy.id)
  if (copy.user.helpdeskId !== null) adoptUser(copy, await client.getUser(copy.user.helpdeskId))
  adoptConversation(fin, copy, await client.getConversation(helpdeskId))
  adoptMessages(fin, copy, await client.getMessages(helpdeskId, copy.lastPulledId))
}

function adoptUser(copy: ConversationCopy, found: EndUser): void {
  // A user who was merged into another answers under the other's id.
  copy.user.helpdeskId = found.id
  copy.user.name = found.name ?? null
  copy.user.email = found.email ?? null
  copy.user.attributes = found.attributes ?? {}
}

/** Takes the helpdesk's word for the conversation's state, and for who holds it. */
export function adoptConversation(fin: Fin, copy: ConversationCopy, found: Conversation): void {
  const { agent } = fin.helpdesk()
  const before = describe(copy)
  const heldBefore = copy.assignee?.id === agent.id
  copy.title = found.title ?? null
  copy.tags = found.tags ?? []
  copy.attributes = found.attributes ?? {}
  copy.status = found.status
  copy.assignee = found.assignee ?? null
  overlayUnsent(copy)

  // While a handoff has not arrived, the helpdesk still names Fin: that is not being assigned again.
  const handingOff = copy.unsent.assignee_id === null
  if (copy.assignee?.id === agent.id) {
    if (!handingOff && !copy.finHolds) copy.unansweredTurns = 0
    copy.finHolds = !handingOff
  } else if (copy.assignee !== null || heldBefore) {
    copy.finHolds = false
    // Fin no longer has a say in it.
    copy.status = found.status
    delete copy.unsent.status
  }
  const after = describe(copy)
  if (after !== before) {
    fin.activity.add({ kind: 'state', name: 'conversation', conversation: copy.id, detail: after })
  }
}

/** Merges pulled messages, oldest first. Those already known, Fin's own too, only find their place. */
function adoptMessages(fin: Fin, copy: ConversationCopy, found: Message[]): void {
  const known = new Map(copy.messages.map((message) => [message.helpdeskId, message]))
  const pulled = found.map((message) => known.get(message.id) ?? copied(message))
  const isPulled = new Set(pulled)
  const rest = copy.messages.filter((message) => !isPulled.has(message))
  copy.messages = [...rest.filter(({ placed }) => placed), ...pulled, ...rest.filter(({ placed }) => !placed)]
  // Only a pull moves this mark. Moved by a push, it would skip what others wrote between pull and push.
  copy.lastPulledId = found.at(-1)?.id ?? copy.lastPulledId

  for (const message of pulled) {
    const isNew = !known.has(message.helpdeskId)
    message.placed = true
    if (!isNew) continue
    if (message.author.user_type === 'agent') copy.typing = null
    announce(fin, copy, message)
  }
}

function copied(message: Message): CopiedMessage {
  return {
    objectId: null,
    helpdeskId: message.id,
    author: message.author,
    body: message.body ?? null,
    attachments: message.attachments ?? [],
    visibility: message.visibility,
    createdAt: message.created_at,
    placed: false,
    decided: true,
    script: null,
  }
}

function describe({ status, assignee }: ConversationCopy): string {
  return `${status}, ${assignee ? `assigned to ${publicName(assignee)}` : 'unassigned'}`
}
