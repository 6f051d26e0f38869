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
import { setTags } from '../tag/set.js'
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
    const assignment = assign(fin, before, input, human, refused, tx.now)
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

    const handedOff = assignment.handedOffAt && !before.handedOffAt
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
      },
      events,
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

function assign(
  fin: IntegrationActor,
  before: LockedConversation,
  { assigneeId }: ConversationSync,
  human: boolean,
  refused: string[],
  now: Date,
): Pick<Conversation, 'assigneeId' | 'handedOffAt' | 'waitingSince'> {
  const kept = {
    assigneeId: before.assigneeId,
    handedOffAt: before.handedOffAt,
    waitingSince: before.waitingSince,
  }
  if (assigneeId === undefined || assigneeId === before.assigneeId) {
    const alreadyFree = assigneeId !== null || human || before.handedOffAt
    return alreadyFree
      ? kept
      : { assigneeId: null, handedOffAt: now, waitingSince: before.waitingSince ?? now }
  }
  if (assigneeId === null) {
    return human ? kept : { assigneeId: null, handedOffAt: now, waitingSince: before.waitingSince ?? now }
  }
  if (assigneeId !== fin.agentId) {
    refused.push('assignee_id names neither null nor the agent that stands for Fin')
    return kept
  }
  if (human) {
    refused.push('assignee_id: a human or a team holds the conversation')
    return kept
  }
  return { ...kept, assigneeId, handedOffAt: null }
}

async function statusAfter(
  tx: Transaction,
  before: LockedConversation,
  { status }: ConversationSync,
  human: boolean,
  refused: string[],
): Promise<Pick<Conversation, 'status' | 'snoozedUntil' | 'waitingSince'> | null> {
  const present = before.status === 'SNOOZED' ? 'OPEN' : before.status
  if (!status || status === present) return null
  const [last] = await tx.query<{ type: string; actorKind: string }>(lastWord, [before.id])
  if (human || (last?.type === 'STATUS_CHANGED' && last.actorKind === 'AGENT')) {
    refused.push(`status ${status}: a human holds the conversation or set its status`)
    return null
  }
  return { status, snoozedUntil: null, waitingSince: status === 'OPEN' ? before.waitingSince : null }
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
  wanted: readonly string[],
  human: boolean,
  refused: string[],
): Promise<readonly string[]> {
  if (!human) return wanted
  const present = await tx.query<{ name: string }>(tagNames, [before.id])
  const kept = present.map((tag) => tag.name).filter((name) => !wanted.includes(name))
  if (kept.length > 0) refused.push('tags: a human holds the conversation, so none is taken away')
  return [...kept, ...wanted]
}

function later(present: Date | null, given: Date | null | undefined): Date | null {
  return given && (!present || given > present) ? given : present
}

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
