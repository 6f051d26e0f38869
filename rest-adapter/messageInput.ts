import { identifier, object, text, time } from './fields.js'
import type { FinRequest } from './operation.js'

/** A message as Fin sends it, alone or within a new conversation, as the schema's ReceivedMessageInput. */
export function messageInput(message: Record<string, unknown>, request: FinRequest) {
  const { visibility, created_at, attachments } = message
  const sentAt = time(created_at)
  if (created_at != null && !sentAt) request.tolerate('created_at is not a time: the time of arrival counts')
  if (visibility != null && visibility !== 'public' && visibility !== 'private') {
    request.tolerate('visibility is neither public nor private: it is read as public')
  }
  return {
    author: object(message.author)?.user_type === 'agent' ? 'FIN' : 'END_USER',
    visibility: visibility === 'private' ? 'PRIVATE' : 'PUBLIC',
    body: text(message.body),
    attachments: Array.isArray(attachments) ? attachments.map(attachmentInput) : null,
    objectId: identifier(message.object_id),
    sentAt,
  }
}

function attachmentInput({ url, filetype, filename }: Record<string, unknown>) {
  return { url, filetype: text(filetype), filename: text(filename) }
}
