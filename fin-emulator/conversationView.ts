import { publicName } from './announce.js'
import type { ConversationCopy } from './conversationCopy.js'

/** The conversation as the messenger shows it: what the end-user sees, in order, and Fin's view of its state. */
export function conversationView(copy: ConversationCopy) {
  const { id, helpdeskId, user, title, tags, attributes, status, assignee, typing } = copy
  return {
    id,
    helpdesk_id: helpdeskId,
    status,
    title,
    tags,
    attributes,
    user: {
      object_id: user.objectId,
      helpdesk_id: user.helpdeskId,
      name: user.name,
      email: user.email,
      attributes: user.attributes,
    },
    assignee: assignee && { id: assignee.id, name: publicName(assignee) },
    /** False from a handoff or takeover on. */
    fin_holds: copy.finHolds,
    typing:
      typing && typing.until > Date.now() ? { id: typing.agent.id, name: publicName(typing.agent) } : null,
    messages: copy.messages
      .filter(({ visibility }) => visibility === 'public')
      .map((message) => ({
        /** The helpdesk's id; null until it has been pushed. */
        helpdesk_id: message.helpdeskId,
        /** Fin's id; null for what was written in the helpdesk. */
        object_id: message.objectId,
        author: {
          id: message.author.id,
          user_type: message.author.user_type,
          name: publicName(message.author),
        },
        body: message.body,
        attachments: message.attachments,
        created_at: message.createdAt,
      })),
  }
}
