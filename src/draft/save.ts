import { type Actor, requireAgent } from '../actor.js'
import type { ConversationChanged } from '../conversation/assign.js'
import { findConversations } from '../conversation/read.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ConflictError, NotFoundError, ValidationError } from '../errors.js'
import { takeUploads } from '../file/attach.js'
import type { Draft } from '../generated/prisma/client.js'
import type { Visibility } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { cleanAttachments } from '../message/attachments.js'
import { cleanBody } from '../message/body.js'
import type { Content } from '../message/insert.js'
import { type Mentions, requireMentionable } from '../message/mentions.js'
import { requireQuotable } from '../message/quoted.js'

export interface DraftToSave extends Content, Partial<Mentions> {
  conversationId: string
  visibility: Visibility
  /** Of the same conversation; a note only in a note. */
  quotedMessageId?: string | null
  /** When the draft that the caller saw was saved, null: they saw none; left out: whatever is there is replaced. */
  expectedUpdatedAt?: Date | null
}

/**
 * Keeps what an agent has written so far; with nothing in it the draft goes. Touches no conversation row and records no
 * event: it is frequent, and nobody else's.
 */
export function saveDraft(db: Database, actor: Actor | null, input: DraftToSave, call?: RepeatableCall) {
  const agent = requireAgent(actor)
  const { body, text } = cleanBody(input.body)
  const given = cleanAttachments(input.attachments)
  const { conversationId, visibility, quotedMessageId, expectedUpdatedAt: expected } = input
  const mentions = { agentIds: input.agentIds ?? [], teamIds: input.teamIds ?? [] }
  const isPlain = mentions.agentIds.length + mentions.teamIds.length === 0
  if (visibility === 'PUBLIC' && !isPlain) {
    throw new ValidationError('visibility', 'Agents and teams are mentioned in notes only.')
  }
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const key = [agent.agentId, conversationId, visibility]
    // Files before the draft, as a message with them that is sent meanwhile locks them.
    const { attachments } = await takeUploads(tx, agent, { attachments: given }, { isDraft: true })
    const [[conversation], [present]] = await Promise.all([
      findConversations(tx, agent, [conversationId]),
      tx.query<Pick<Draft, 'updatedAt'>>(lock, key),
    ])
    if (!conversation) throw new NotFoundError('Conversation')
    await requireQuotable(tx, conversationId, quotedMessageId, visibility)
    await requireMentionable(tx, conversation.inboxId, mentions)
    const isExpected =
      expected === undefined || (expected?.getTime() ?? null) === (present?.updatedAt.getTime() ?? null)
    const isEmpty = body === null && attachments.length === 0 && quotedMessageId == null && isPlain
    const isDone =
      isExpected &&
      (isEmpty
        ? await tx.query(discard, key).then(() => true)
        : (
            await tx.query(save, [
              ...key,
              newId(),
              body,
              text,
              JSON.stringify(attachments),
              tx.now,
              present !== undefined || expected === undefined,
              quotedMessageId ?? null,
              mentions.agentIds,
              mentions.teamIds,
            ])
          ).length > 0)
    if (!isDone) {
      throw new ConflictError(
        'The draft is not the one that you saw. `conversation { drafts }` has the present one.',
        conversation,
      )
    }
    return { conversation }
  })
}

const ofKind = 'agent_id = $1 and conversation_id = $2 and visibility = $3'

const lock = statement('draft.lock', `select updated_at as "updatedAt" from draft where ${ofKind} for update`)

/** Two that see none and save at once: one of them is refused. */
const save = statement(
  'draft.save',
  `insert into draft as d (agent_id, conversation_id, visibility, id, body, text, attachments, updated_at,
                           quoted_message_id, mentioned_agent_ids, mentioned_team_ids)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $10, $11, $12)
   on conflict (agent_id, conversation_id, visibility) do update
     set body = excluded.body, text = excluded.text, attachments = excluded.attachments, failure = null,
         quoted_message_id = excluded.quoted_message_id, mentioned_agent_ids = excluded.mentioned_agent_ids,
         mentioned_team_ids = excluded.mentioned_team_ids,
         updated_at = greatest(excluded.updated_at, d.updated_at + interval '1 ms')
   where $9
   returning id`,
)

/** The agent's draft of a kind, which was sent or is no longer wanted. */
export const discard = statement('draft.discard', `delete from draft where ${ofKind}`)
