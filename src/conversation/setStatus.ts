import { type Actor, requireAgent } from '../actor.js'
import type { Database } from '../database/database.js'
import { ValidationError } from '../errors.js'
import type { Conversation } from '../generated/prisma/client.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import type { ConversationChanged } from './assign.js'
import { lockConversation } from './lock.js'
import { saveConversation } from './save.js'

interface Target {
  conversationId: string
  expectedVersion?: number | null
}

/** Opens, resolves, closes or ends a conversation. */
export function setConversationStatus(
  db: Database,
  actor: Actor | null,
  input: Target & { status: ConversationStatus },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  if (input.status === 'SNOOZED') {
    throw new ValidationError('status', 'Use snoozeConversation, which takes the time to wake it.')
  }
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    return { conversation: await saveConversation(tx, agent, before, inStatus(before, input.status)) }
  })
}

/** Puts a conversation aside until a time to come, or until the end-user writes. */
export function snoozeConversation(
  db: Database,
  actor: Actor | null,
  input: Target & { until: Date },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    if (input.until <= tx.now) throw new ValidationError('until', 'The time to wake must be in the future.')
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    return { conversation: await saveConversation(tx, agent, before, snoozed(input.until)) }
  })
}

/** A conversation in another status than SNOOZED: one that is done waits for nobody. */
export function inStatus(before: Conversation, status: ConversationStatus): Partial<Conversation> {
  return { status, snoozedUntil: null, waitingSince: status === 'OPEN' ? before.waitingSince : null }
}

/** A conversation that is put aside. */
export function snoozed(until: Date): Partial<Conversation> {
  return { status: 'SNOOZED', snoozedUntil: until }
}
