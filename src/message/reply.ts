import { type Actor, type AgentActor, requireAgent } from '../actor.js'
import { type AndThen, checkAndThen, isNothing, thenChanged } from '../conversation/andThen.js'
import { heldByHumans, type LockedConversation, lockConversation } from '../conversation/lock.js'
import { saveConversation } from '../conversation/save.js'
import type { Database, Transaction } from '../database/database.js'
import { attachUploads, hasUploads, takeUploads } from '../file/attach.js'
import type { Conversation, Message } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { addAtOnce } from './atOnce.js'
import {
  type CleanContent,
  type Content,
  cleanContent,
  insertMessage,
  type NewMessage,
  previewOf,
} from './insert.js'
import { insertMentions, type Mentions, requireMentionable } from './mentions.js'
import { requireQuotable } from './quoted.js'

export interface AgentMessage extends Content {
  conversationId: string
  /** Of the same conversation; a note only in a note. */
  quotedMessageId?: string | null
  andThen?: AndThen | null
  expectedVersion?: number | null
}

export interface AgentNote extends AgentMessage, Partial<Mentions> {}

export interface MessageAdded {
  message: Message
  conversation: Conversation
}

/**
 * An agent's public reply. When Fin or nobody holds the conversation, a human who replies takes it over in the same
 * transaction, so that Fin's next pull shows it.
 */
export async function reply(db: Database, actor: Actor | null, input: AgentMessage, call?: RepeatableCall) {
  const agent = requireAgent(actor)
  const content = cleanContent(input)
  const added = agent.isBot ? null : await plainly(db, agent, 'answer', input, content, call)
  if (added) return added
  return transact(db, agent, call, async (tx): Promise<MessageAdded> => {
    checkAndThen(input.andThen, tx.now)
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    await requireQuotable(tx, before.id, input.quotedMessageId, 'PUBLIC')
    return replyIn(tx, agent, before, { ...content, quotedMessageId: input.quotedMessageId }, input.andThen)
  })
}

/** The step behind it, for a conversation that is locked. Nothing of its transaction comes after it, unless `tx` says so. */
export async function replyIn(
  tx: Transaction,
  agent: AgentActor,
  before: LockedConversation,
  given: CleanContent & Pick<NewMessage, 'keepsDraft' | 'quotedMessageId'>,
  andThen?: AndThen | null,
): Promise<MessageAdded> {
  const content = await takeUploads(tx, agent, given)
  const takesOver = !agent.isBot && before.assigneeIsBot !== false
  const changed = {
    assigneeId: takesOver ? agent.agentId : before.assigneeId,
    handedOffAt: takesOver && !heldByHumans(before) ? null : before.handedOffAt,
    preview: previewOf(content),
    waitingSince: null,
    firstResponseAt: before.firstResponseAt ?? tx.now,
  }
  return add(tx, agent, before, { ...content, visibility: 'PUBLIC' }, changed, andThen)
}

/** An agent's note: for agents only, and it takes nothing over. Whom it mentions finds it in a list. */
export async function addNote(db: Database, actor: Actor | null, input: AgentNote, call?: RepeatableCall) {
  const agent = requireAgent(actor)
  const content = cleanContent(input)
  const { quotedMessageId, agentIds = [], teamIds = [] } = input
  const isPlain = agentIds.length + teamIds.length === 0
  const added = isPlain && (await plainly(db, agent, 'note', input, content, call))
  if (added) return added
  return transact(db, agent, call, async (tx): Promise<MessageAdded> => {
    checkAndThen(input.andThen, tx.now)
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    await requireQuotable(tx, before.id, quotedMessageId, 'PRIVATE')
    await requireMentionable(tx, before.inboxId, { agentIds, teamIds })
    const taken = await takeUploads(tx, agent, content)
    const note = { ...taken, quotedMessageId, visibility: 'PRIVATE' } as const
    return add(tx, agent, before, note, {}, input.andThen, { agentIds, teamIds })
  })
}

/** Null where it cannot be done at once. */
async function plainly(
  db: Database,
  agent: AgentActor,
  kind: 'answer' | 'note',
  { conversationId, expectedVersion, quotedMessageId, andThen }: AgentMessage,
  content: CleanContent,
  call: RepeatableCall | undefined,
): Promise<MessageAdded | null> {
  if (expectedVersion != null || quotedMessageId != null) return null
  if (!isNothing(andThen) || hasUploads(content.attachments)) return null
  return addAtOnce(db, agent, kind, conversationId, { ...content, agentId: agent.agentId }, call)
}

async function add(
  tx: Transaction,
  agent: AgentActor,
  before: LockedConversation,
  content: CleanContent & Pick<NewMessage, 'visibility' | 'keepsDraft' | 'quotedMessageId'>,
  own: Partial<Conversation>,
  andThen: AndThen | null | undefined,
  mentions: Mentions = { agentIds: [], teamIds: [] },
): Promise<MessageAdded> {
  const changed = await thenChanged(tx, agent, before, own, andThen)
  const id = newId()
  const adding = Promise.all([
    insertMessage(tx, before, { ...content, id, author: { agentId: agent.agentId } }),
    attachUploads(tx, id, content),
    insertMentions(tx, { id, conversationId: before.id }, mentions),
    saveConversation(
      tx,
      agent,
      before,
      { ...changed, messageCount: before.messageCount + 1, lastActivityAt: tx.now },
      [{ type: 'MESSAGE_ADDED', messageId: id }],
      { ASSIGNMENT_CHANGED: andThen?.assignTo ? 'AND_THEN' : 'TOOK_OVER', STATUS_CHANGED: 'AND_THEN' },
    ),
  ])
  tx.commitsBehind(adding)
  const [message, , , conversation] = await adding
  if (!message) throw new Error('A message without an object id was not inserted.')
  return { message, conversation }
}
