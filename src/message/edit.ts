import { isDeepStrictEqual } from 'node:util'
import { type Actor, requireAgent } from '../actor.js'
import type { Database } from '../database/database.js'
import { ConflictError, ForbiddenError } from '../errors.js'
import { attachUploads, takeUploads } from '../file/attach.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { type Attachment, asGiven } from './attachments.js'
import { type Content, cleanContent } from './insert.js'
import { lockMessage, requireAuthor } from './lock.js'
import type { MessageAdded } from './reply.js'
import { rewrite } from './rewrite.js'

/** What is left out stays as it is. */
export interface MessageChange extends Content {
  messageId: string
}

/**
 * Has an agent's own message, or for an admin any agent's, say something else. Never what an end-user or Fin said.
 */
export function editMessage(
  db: Database,
  actor: Actor | null,
  { messageId, body, attachments }: MessageChange,
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<MessageAdded> => {
    const { conversation, message } = await lockMessage(tx, agent, messageId)
    if (message.authorIsBot !== false) {
      throw new ForbiddenError('What an end-user or Fin said stays as it was said. It can be deleted.')
    }
    requireAuthor(agent, message)
    if (message.deletedAt || message.redactedAt) {
      throw new ConflictError('The message was deleted: there is nothing to edit.', conversation)
    }
    const given = cleanContent({
      body: body === undefined ? message.body : body,
      attachments: attachments ?? (message.attachments as unknown as Attachment[]).map(asGiven),
    })
    const content = await takeUploads(tx, agent, given, { messageId: message.id })
    const isSame =
      content.body === message.body && isDeepStrictEqual(content.attachments, message.attachments)
    if (isSame) return { message, conversation }
    await attachUploads(tx, message.id, content)
    return rewrite(tx, agent, { conversation, message }, 'EDITED', content)
  })
}
