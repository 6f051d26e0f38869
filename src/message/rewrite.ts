import type { AgentActor } from '../actor.js'
import { saveConversation } from '../conversation/save.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import type { EventType } from '../events/event.js'
import { type Conversation, type Message, type MessageEdit, Prisma } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import type { Attachment } from './attachments.js'
import { type CleanContent, previewOf } from './insert.js'
import type { LockedMessage } from './lock.js'
import { removeMentions } from './mentions.js'
import type { MessageAdded } from './reply.js'

/** A message that says nothing any more. */
export const nothing: CleanContent = { body: null, text: '', attachments: [] }

const events: Record<MessageEdit['kind'], EventType> = {
  EDITED: 'MESSAGE_EDITED',
  DELETED: 'MESSAGE_DELETED',
  REDACTED: 'MESSAGE_REDACTED',
}

/**
 * Has a locked message say something else, or nothing, keeps what it said, and records the event. Neither the
 * conversation's activity nor who waits moves: nothing was said anew.
 */
export async function rewrite(
  tx: Transaction,
  agent: AgentActor,
  { conversation: before, message }: LockedMessage,
  kind: MessageEdit['kind'],
  content: CleanContent,
  changed: Partial<Conversation> = {},
): Promise<MessageAdded> {
  await tx.query(keep, [newId(), message.id, agent.agentId, kind, tx.now])
  const [after] = await tx.query<Message>(write, [
    message.id,
    content.body,
    content.text,
    JSON.stringify(content.attachments),
    kind,
    tx.now,
  ])
  if (!after) throw new Error(`Message ${message.id} is gone.`)
  if (content === nothing) await removeMentions(tx, message.id)
  const preview = await previewWith(tx, before, after)
  const conversation = await saveConversation(tx, agent, before, { ...changed, preview }, [
    { type: events[kind], messageId: message.id },
  ])
  return { message: after, conversation }
}

/** Of the newest public message that says something; as it was where that one has come later. */
async function previewWith(tx: Transaction, { id, preview }: Conversation, changed: Message) {
  if (changed.visibility !== 'PUBLIC') return preview
  const [shown] = await tx.query<{ seq: number; text: string; attachments: Attachment[] }>(newest, [id])
  if (!shown) return null
  return shown.seq > changed.seq ? preview : previewOf({ body: null, ...shown })
}

const keep = statement(
  'message.keepEdit',
  `insert into message_edit (id, message_id, agent_id, kind, body, text, attachments, created_at)
   select $1, m.id, $3, $4::"MessageEditKind", m.body, m.text, m.attachments, $5 from message m where m.id = $2`,
)

const write = statement(
  'message.rewrite',
  `update message m
      set body = $2, text = $3, attachments = $4,
          edited_at = case when $5 = 'EDITED' then $6 else m.edited_at end,
          deleted_at = case when $5 = 'DELETED' then $6 else m.deleted_at end,
          redacted_at = case when $5 = 'REDACTED' then $6 else m.redacted_at end
    where m.id = $1
returning ${columns('m', Prisma.MessageScalarFieldEnum)}`,
)

const newest = statement(
  'message.newestShown',
  `select m.seq, m.text, m.attachments from message m
    where m.conversation_id = $1 and m.visibility = 'PUBLIC' and m.deleted_at is null and m.redacted_at is null
    order by m.seq desc limit 1`,
)
