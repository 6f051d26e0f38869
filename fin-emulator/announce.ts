import type { ConversationCopy, CopiedMessage } from './conversationCopy.js'
import type { Fin } from './fin.js'
import { toText } from './html.js'
import type { Author } from './shapes.js'

/** Logs a message that has come into the copy. */
export function announce(fin: Fin, copy: ConversationCopy, message: CopiedMessage): void {
  const files = message.attachments.map((file) => `[${file.filename ?? file.url}]`)
  const note = message.visibility === 'private' ? '(note)' : ''
  fin.activity.add({
    kind: 'message',
    name: publicName(message.author),
    conversation: copy.id,
    detail: [note, toText(message.body), ...files].filter(Boolean).join(' '),
  })
}

/** The name that end-users see. */
export function publicName(who: Pick<Author, 'id' | 'name' | 'alias' | 'alias_name'>): string {
  return who.alias_name ?? who.alias ?? who.name ?? who.id
}
