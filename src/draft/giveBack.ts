import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { Draft, HeldReply } from '../generated/prisma/client.js'
import type { HeldReplyFailure } from '../generated/prisma/enums.js'
import { newId } from '../ids.js'
import type { Attachment } from '../message/attachments.js'
import { cleanBody } from '../message/body.js'

type Said = Pick<Draft, 'body' | 'text' | 'attachments' | 'quotedMessageId'>

/**
 * Makes a reply that is not sent its agent's draft again. What they have begun to write since stays, behind it. The draft
 * has a new `updatedAt`, so a tab that guards its saves does not write over it unseen.
 */
export async function giveBack(
  tx: Transaction,
  held: HeldReply,
  failure: HeldReplyFailure | null,
): Promise<void> {
  const key = [held.agentId, held.conversationId]
  // Saving a draft takes no lock of the conversation: one may come or go meanwhile.
  for (;;) {
    const values = [...key, ...saidValues(held), failure, tx.now]
    const made = await tx.query(insert, [...values, newId()])
    if (made.length > 0) return
    const [since] = await tx.query<Said>(lock, key)
    if (!since) continue
    await tx.query(change, [...key, ...saidValues(both(held, since)), failure, tx.now])
    return
  }
}

function both(first: Said, second: Said): Said {
  const body = [first.body, second.body].filter((part) => part !== null).join('<br>')
  const attachments = [first, second].flatMap((said) => said.attachments as unknown as Attachment[])
  return {
    ...cleanBody(body),
    attachments: attachments as unknown as Said['attachments'],
    quotedMessageId: first.quotedMessageId ?? second.quotedMessageId,
  }
}

const saidValues = ({ body, text, attachments, quotedMessageId }: Said) => [
  body,
  text,
  JSON.stringify(attachments),
  quotedMessageId,
]

const insert = statement(
  'draft.giveBack',
  `insert into draft (agent_id, conversation_id, visibility, body, text, attachments, quoted_message_id, failure, updated_at, id)
   values ($1, $2, 'PUBLIC', $3, $4, $5, $6, $7, $8, $9)
   on conflict (agent_id, conversation_id, visibility) do nothing returning id`,
)

const ofReply = `agent_id = $1 and conversation_id = $2 and visibility = 'PUBLIC'`

const lock = statement(
  'draft.lockReply',
  `select body, text, attachments, quoted_message_id as "quotedMessageId" from draft where ${ofReply} for update`,
)

const change = statement(
  'draft.putBefore',
  `update draft set body = $3, text = $4, attachments = $5, quoted_message_id = $6, failure = $7,
          updated_at = greatest($8, updated_at + interval '1 ms') where ${ofReply}`,
)
