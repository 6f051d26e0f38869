import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { ValidationError } from '../errors.js'
import type { Conversation } from '../generated/prisma/client.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'
import { assigned, type Holders } from './assign.js'
import { inStatus, snoozed } from './setStatus.js'

/** What becomes of a conversation with a message; what is left out stays. */
export interface AndThen {
  status?: ConversationStatus | null
  snoozedUntil?: Date | null
  assignTo?: Holders | null
}

/** Whether nothing is to follow. */
export function isNothing(andThen: AndThen | null | undefined): boolean {
  return !andThen || (andThen.status == null && andThen.snoozedUntil == null && andThen.assignTo == null)
}

/** Refuses what cannot be meant; `soonest` is when the message is written. */
export function checkAndThen(andThen: AndThen | null | undefined, soonest: Date): void {
  const { status, snoozedUntil } = andThen ?? {}
  if (status === 'SNOOZED') {
    throw new ValidationError('andThen.status', 'Give `snoozedUntil`, the time to wake, instead.')
  }
  if (status && snoozedUntil) {
    throw new ValidationError('andThen', 'Give a status or a time to wake, not both.')
  }
  if (snoozedUntil && snoozedUntil <= soonest) {
    throw new ValidationError('andThen.snoozedUntil', 'The time to wake must be in the future.')
  }
}

/** The changes of a message, and after them what is to follow, by the rules of the mutations that do it alone. */
export async function thenChanged(
  tx: Transaction,
  actor: Actor,
  before: Conversation,
  changed: Partial<Conversation>,
  andThen: AndThen | null | undefined,
): Promise<Partial<Conversation>> {
  if (!andThen) return changed
  const { status, snoozedUntil, assignTo } = andThen
  const answered = { ...before, ...changed }
  return {
    ...changed,
    ...(assignTo && (await assigned(tx, actor, answered, assignTo))),
    ...(status && inStatus(answered, status)),
    ...(snoozedUntil && snoozed(snoozedUntil)),
  }
}
