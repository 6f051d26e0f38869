import { type Actor, type AgentActor, requireAgent } from '../actor.js'
import { type AndThen, checkAndThen, isNothing, thenChanged } from '../conversation/andThen.js'
import { heldByHumans, type LockedConversation, lockConversation } from '../conversation/lock.js'
import { saveConversation } from '../conversation/save.js'
import type { Database, Transaction } from '../database/database.js'
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

export interface AgentMessage extends Content {
  conversationId: string
  andThen?: AndThen | null
  expectedVersion?: number | null
}

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
    return replyIn(tx, agent, before, content, input.andThen)
  })
}

/** The step behind it, for a conversation that is locked. Nothing of its transaction comes after it, unless `tx` says so. */
export function replyIn(
  tx: Transaction,
  agent: AgentActor,
  before: LockedConversation,
  content: CleanContent & Pick<NewMessage, 'keepsDraft'>,
  andThen?: AndThen | null,
): Promise<MessageAdded> {
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

/** An agent's note: for agents only, and it takes nothing over. */
export async function addNote(db: Database, actor: Actor | null, input: AgentMessage, call?: RepeatableCall) {
  const agent = requireAgent(actor)
  const content = cleanContent(input)
  const added = await plainly(db, agent, 'note', input, content, call)
  if (added) return added
  return transact(db, agent, call, async (tx): Promise<MessageAdded> => {
    checkAndThen(input.andThen, tx.now)
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    return add(tx, agent, before, { ...content, visibility: 'PRIVATE' }, {}, input.andThen)
  })
}

/** Null where it cannot be done at once. */
async function plainly(
  db: Database,
  agent: AgentActor,
  kind: 'answer' | 'note',
  { conversationId, expectedVersion, andThen }: AgentMessage,
  content: CleanContent,
  call: RepeatableCall | undefined,
): Promise<MessageAdded | null> {
  if (expectedVersion != null || !isNothing(andThen)) return null
  return addAtOnce(db, agent, kind, conversationId, { ...content, agentId: agent.agentId }, call)
}

async function add(
  tx: Transaction,
  agent: AgentActor,
  before: LockedConversation,
  content: CleanContent & Pick<NewMessage, 'visibility' | 'keepsDraft'>,
  own: Partial<Conversation>,
  andThen: AndThen | null | undefined,
): Promise<MessageAdded> {
  const changed = await thenChanged(tx, agent, before, own, andThen)
  const id = newId()
  const adding = Promise.all([
    insertMessage(tx, before, { ...content, id, author: { agentId: agent.agentId } }),
    saveConversation(
      tx,
      agent,
      before,
      { ...changed, messageCount: before.messageCount + 1, lastActivityAt: tx.now },
      [{ type: 'MESSAGE_ADDED', messageId: id }],
    ),
  ])
  tx.commitsBehind(adding)
  const [message, conversation] = await adding
  if (!message) throw new Error('A message without an object id was not inserted.')
  return { message, conversation }
}
