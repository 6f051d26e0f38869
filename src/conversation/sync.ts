import { type Actor, type IntegrationActor, requireIntegration } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { mentioned } from '../endUser/mention.js'
import { changeEndUser, type EndUserChanges } from '../endUser/update.js'
import type { NewEvent } from '../events/event.js'
import type { Conversation } from '../generated/prisma/client.js'
import type { ConversationStatus } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { recordForIntegration, recordUnread, type UnreadValue } from '../integration/log.js'
import { mostTags, setTags } from '../tag/set.js'
import type { ConversationChanged } from './assign.js'
import { cleanTitle, mergeAttributes } from './fields.js'
import { heldByHumans, type LockedConversation, lockConversation } from './lock.js'
import { saveConversation } from './save.js'

/** What Fin derived at the end of a sync; what is left out stays as it is. */
export interface ConversationSync {
  conversationId: string
  title?: string | null
  tags?: readonly string[] | null
  attributes?: Record<string, unknown> | null
  status?: Exclude<ConversationStatus, 'SNOOZED'> | null
  /** The agent that stands for Fin takes it; null: Fin lets go. Anyone else is not Fin's to name. */
  assigneeId?: string | null
  endUserReadAt?: Date | null
  /** Of the conversation's end-user; the id is ours or the integration's own. */
  endUser?: (EndUserChanges & { id?: string | null }) | null
  unread?: readonly UnreadValue[] | null
}

/**
 * Takes in the state Fin pushes. What would undo a human's doing is not applied but recorded in the integration's
 * log; the answer is the true state.
 */
export function syncConversation(
  db: Database,
  actor: Actor | null,
  input: ConversationSync,
  call?: RepeatableCall,
) {
  const fin = requireIntegration(actor)
  return transact(db, fin, call, async (tx): Promise<ConversationChanged> => {
    const before = await lockConversation(tx, fin, input.conversationId)
    const refused: string[] = []
    const human = heldByHumans(before)
    const assignment = await assign(tx, fin, before, input, human, refused)
    const status = await statusAfter(tx, before, input, human, refused)
    const title = titleAfter(before, input, human, refused)
    const tagEvents = input.tags
      ? await setTags(tx, before, await tagsAfter(tx, before, input.tags, human, refused))
      : []
    const readAt = later(before.endUserReadAt, input.endUserReadAt)
    if (input.endUser) {
      before.endUserId = await mentioned(tx, fin, before.endUserId, input.endUser.id)
      await changeEndUser(tx, fin, before.endUserId, input.endUser)
    }

    const handedOff = Boolean(assignment.handedOffAt && !before.handedOffAt)
    const events: NewEvent[] = [
      ...tagEvents,
      ...(handedOff ? [{ type: 'HANDED_OFF' } as const] : []),
      ...(readAt?.getTime() !== before.endUserReadAt?.getTime() ? [{ type: 'END_USER_READ' } as const] : []),
    ]
    const conversation = await saveConversation(
      tx,
      fin,
      before,
      {
        ...assignment,
        ...status,
        title,
        attributes: mergeAttributes(before.attributes, input.attributes),
        endUserReadAt: readAt,
        waitingSince: waitingAfter(before, status?.status ?? before.status, handedOff, tx.now),
      },
      events,
      handedOff ? { ASSIGNMENT_CHANGED: 'HANDED_OFF' } : {},
    )
    for (const detail of refused) {
      await recordForIntegration(tx, fin.integrationId, {
        kind: 'NOT_APPLIED',
        detail,
        conversationId: before.id,
      })
    }
    await recordUnread(tx, fin.integrationId, { conversationId: before.id }, input.unread)
    return { conversation }
  })
}

async function assign(
  tx: Transaction,
  fin: IntegrationActor,
  before: LockedConversation,
  { assigneeId }: ConversationSync,
  human: boolean,
  refused: string[],
): Promise<Pick<Conversation, 'assigneeId' | 'handedOffAt'>> {
  const { assigneeId: holder, handedOffAt } = before
  const kept = { assigneeId: holder, handedOffAt }
  if (assigneeId === undefined || (assigneeId !== null && assigneeId === holder)) return kept
  if (assigneeId === null) {
    const isFins =
      holder === fin.agentId || (holder === null && !handedOffAt && !(await isTakenOff(tx, before)))
    return human || !isFins ? kept : { assigneeId: null, handedOffAt: tx.now }
  }
  if (assigneeId !== fin.agentId) {
    refused.push('assignee_id names neither null nor the agent that stands for Fin')
    return kept
  }
  if (human || (await isTakenOff(tx, before))) {
    refused.push('assignee_id: a human or a team holds the conversation, or took Fin off it')
    return kept
  }
  return { assigneeId, handedOffAt: null }
}

/** Whether a human has decided last who holds it. */
async function isTakenOff(tx: Transaction, { id }: LockedConversation): Promise<boolean> {
  const [last] = await tx.query<{ actorKind: string }>(lastAssignment, [id])
  return last?.actorKind === 'AGENT'
}

/** A handoff starts the wait for a human; what is over is waited for no more. */
function waitingAfter(
  before: LockedConversation,
  status: ConversationStatus,
  handedOff: boolean,
  now: Date,
): Date | null {
  if (status === 'OPEN' || status === 'SNOOZED')
    return handedOff ? (before.waitingSince ?? now) : before.waitingSince
  return status === before.status ? before.waitingSince : null
}

async function statusAfter(
  tx: Transaction,
  before: LockedConversation,
  { status }: ConversationSync,
  human: boolean,
  refused: string[],
): Promise<Pick<Conversation, 'status' | 'snoozedUntil'> | null> {
  const present = before.status === 'SNOOZED' ? 'OPEN' : before.status
  if (!status || status === present) return null
  const [last] = await tx.query<{ type: string; actorKind: string }>(lastWord, [before.id])
  if (human || (last?.type === 'STATUS_CHANGED' && last.actorKind === 'AGENT')) {
    refused.push(`status ${status}: a human holds the conversation or set its status`)
    return null
  }
  return { status, snoozedUntil: null }
}

function titleAfter(
  before: LockedConversation,
  { title }: ConversationSync,
  human: boolean,
  refused: string[],
): string | null {
  if (title === undefined) return before.title
  const wanted = cleanTitle(title)
  if (!human || !before.title || wanted === before.title) return wanted ?? before.title
  refused.push('title: a human holds the conversation')
  return before.title
}

/** While humans hold a conversation Fin adds tags but takes none away. */
async function tagsAfter(
  tx: Transaction,
  before: LockedConversation,
  given: readonly string[],
  human: boolean,
  refused: string[],
): Promise<readonly string[]> {
  const wanted = given.map((name) => name.trim())
  if (!human) return wanted
  const present = await tx.query<{ name: string }>(tagNames, [before.id])
  const kept = present.map((tag) => tag.name).filter((name) => !wanted.includes(name))
  if (kept.length > 0) refused.push('tags: a human holds the conversation, so none is taken away')
  const all = [...kept, ...wanted]
  if (all.length > mostTags)
    refused.push(`tags: with those that a human keeps they are more than ${mostTags}`)
  return all.slice(0, mostTags)
}

function later(present: Date | null, given: Date | null | undefined): Date | null {
  return given && (!present || given > present) ? given : present
}

const lastAssignment = statement(
  'event.lastAssignment',
  `select actor_kind as "actorKind" from event
    where conversation_id = $1 and type = 'ASSIGNMENT_CHANGED' order by id desc limit 1`,
)

/** On the status: a conversation that is handed back is Fin's to resolve again. */
const lastWord = statement(
  'event.lastWordOnStatus',
  `select type, actor_kind as "actorKind" from event
    where conversation_id = $1 and type in ('STATUS_CHANGED', 'HANDED_BACK_TO_FIN') order by id desc limit 1`,
)

const tagNames = statement(
  'tag.names',
  'select t.name from conversation_tag ct join tag t on t.id = ct.tag_id where ct.conversation_id = $1',
)
