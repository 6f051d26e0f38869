import type { VariantName } from '../connection.js'
import { objectId } from './objectId.js'

/** What a new conversation is to be like; what is not said is as usual. */
export interface Opening {
  title?: unknown
  /** Its user; null: none is named. */
  user?: { id: string } | null
  attributes?: object
  /** Changes of the first message. */
  message?: object
  objectId?: string
}

/** The parameters of a create_conversation. */
export function openingParameters(variant: VariantName, opening: Opening, user: Opening['user']): object {
  const { title = null, attributes } = opening
  const message = {
    message_type: 'comment',
    body: '<p>Is anybody there?</p>',
    visibility: 'public',
    author: { ...user, user_type: 'end_user' },
    object_id: objectId(),
    ...opening.message,
  }
  const common = { title, object_id: opening.objectId ?? objectId() }
  return variant === 'posts'
    ? { ...common, ...(user && { user }), attributes, initial_message: message }
    : { ...common, ...(user && { user_id: user.id }), initial_message: { ...message, attributes } }
}
