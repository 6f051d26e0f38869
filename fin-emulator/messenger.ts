import { type ConversationCopy, change, userOut } from './conversationCopy.js'
import type { Fin } from './fin.js'
import type { Data, Writing } from './messengerInput.js'
import { writeDown } from './openConversation.js'
import { pushUnsent } from './push.js'

/** The helpdesk does not have this conversation: Fin has closed it. */
export class ConversationClosedError extends Error {
  constructor() {
    super('This conversation is closed: the helpdesk could not create it.')
    this.name = 'ConversationClosedError'
  }
}

/** The end-user writes; comes back when the sync that carries the message has been tried once. */
export async function write(fin: Fin, copy: ConversationCopy, writing: Writing): Promise<void> {
  openAtHelpdesk(copy)
  writeDown(fin, copy, writing)
  await fin.syncs.request(copy.id)
}

/** The end-user has read everything: told at once, outside a sync. */
export async function markRead(fin: Fin, copy: ConversationCopy): Promise<void> {
  const helpdeskId = openAtHelpdesk(copy)
  change(copy, { last_user_read_at: new Date().toISOString() })
  await fin.syncs.inTurn(copy.id, () => pushUnsent(fin, copy, helpdeskId, {}))
}

/** A workflow sets data of the user or of the conversation. */
export async function setData(fin: Fin, copy: ConversationCopy, data: Data): Promise<void> {
  openAtHelpdesk(copy)
  const { title, tags, attributes, user } = data
  if (user && copy.user.helpdeskId !== null) {
    const client = fin.helpdesk().client(copy.id)
    const updated = await client.updateUser(copy.user.helpdeskId, user.attributes)
    copy.user.attributes = updated.attributes ?? { ...copy.user.attributes, ...user.attributes }
    change(copy, { user: userOut(copy.user) })
  }
  change(copy, {
    ...(title === undefined ? {} : { title }),
    ...(tags === undefined ? {} : { tags }),
    ...(attributes === undefined ? {} : { attributes }),
  })
  await fin.syncs.request(copy.id)
}

function openAtHelpdesk(copy: ConversationCopy): string {
  if (copy.helpdeskId === null) throw new ConversationClosedError()
  return copy.helpdeskId
}
