import { type Actor, requireAgent } from '../actor.js'
import type { Database } from '../database/database.js'
import type { Priority } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { setTags } from '../tag/set.js'
import type { ConversationChanged } from './assign.js'
import { cleanTitle, mergeAttributes } from './fields.js'
import { lockConversation } from './lock.js'
import { saveConversation } from './save.js'

/** What is left out stays as it is. */
export interface ConversationUpdate {
  conversationId: string
  title?: string | null
  priority?: Priority | null
  /** Names; they replace the present ones. */
  tags?: readonly string[] | null
  /** Merged by key; null removes a key. */
  attributes?: Record<string, unknown> | null
  expectedVersion?: number | null
}

/** Changes title, priority, tags and attributes. */
export function updateConversation(
  db: Database,
  actor: Actor | null,
  input: ConversationUpdate,
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    const tagEvents = input.tags ? await setTags(tx, before, input.tags) : []
    const conversation = await saveConversation(
      tx,
      agent,
      before,
      {
        title: input.title === undefined ? before.title : cleanTitle(input.title),
        priority: input.priority ?? before.priority,
        attributes: mergeAttributes(before.attributes, input.attributes),
      },
      tagEvents,
    )
    return { conversation }
  })
}
