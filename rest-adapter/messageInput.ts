import { storedId } from '../src/ids.js'
import { type Reading, text } from './fields.js'

/** A message as Fin sends it, alone or within a new conversation, as the schema's ReceivedMessageInput. */
export function messageInput(message: Reading) {
  message.choice('message_type', ['comment'])
  return {
    author: authorOf(message.inner('author')),
    visibility: message.choice('visibility', ['public', 'private']) === 'private' ? 'PRIVATE' : 'PUBLIC',
    body: message.text('body'),
    attachments: message.items('attachments')?.map(attachmentInput),
    objectId: message.identifier('object_id'),
    sentAt: message.time('created_at'),
  }
}

/** Who it is does not matter: a conversation has one end-user, and Fin is one agent. */
export function authorOf(author: Reading): 'FIN' | 'END_USER' {
  const kind = author.choice('user_type', ['end_user', 'agent'])
  const isAgent = kind === 'agent' || (kind === null && storedId('Agent', author.identifier('id') ?? ''))
  return isAgent ? 'FIN' : 'END_USER'
}

/** Only the address must be right; what is wrong with it is found where attachments are checked. */
function attachmentInput(file: Reading) {
  return { url: text(file.given.url) ?? '', filetype: file.text('filetype'), filename: file.text('filename') }
}
