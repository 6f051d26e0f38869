import type { Reading } from '../fields.js'
import type { Operation } from '../operation.js'
import {
  agentFragment,
  type Conversation,
  conversationFragment,
  endUserFragment,
  presentConversation,
} from '../present.js'
import { refusalFragment } from '../refusal.js'
import { fewTags, shortTitle } from '../shortened.js'

interface Data {
  result: { conversation: Conversation }
}

const statuses = ['open', 'resolved', 'closed', 'ended'] as const

/** What is left out, or undefined, stays as it is. */
export const updateConversation: Operation<Data> = {
  document: `mutation UpdateConversation($input: SyncConversationInput!) {
    result: syncConversation(input: $input) {
      ... on SyncConversationPayload { conversation { ...Conversation } }
      ...Refusal
    }
  } ${conversationFragment} ${endUserFragment} ${agentFragment} ${refusalFragment}`,
  creates: false,
  variables: ({ read, unread }) => ({
    input: {
      conversationId: read.identifier('conversation_id') ?? '',
      title: shortTitle(read) ?? undefined,
      tags: fewTags(read) ?? undefined,
      attributes: read.attributes('attributes') ?? undefined,
      status: read.choice('status', statuses)?.toUpperCase(),
      assigneeId: assigneeId(read),
      endUserReadAt: read.time('last_user_read_at') ?? undefined,
      endUser: endUser(read.inner('user')),
      unread,
    },
  }),
  respond: ({ result }) => presentConversation(result.conversation),
}

/** Only a null is the handover; anything else that is no text is missing. */
function assigneeId(read: Reading): string | null | undefined {
  return read.given.assignee_id === null ? null : (read.identifier('assignee_id') ?? undefined)
}

/** Undefined when nothing is said. */
function endUser(user: Reading) {
  user.choice('user_type', ['end_user'])
  const said = {
    id: user.identifier('id') ?? undefined,
    name: user.text('name') ?? undefined,
    email: user.email('email') ?? undefined,
    photoUrl: user.uri('photo_url') ?? undefined,
    attributes: user.attributes('attributes') ?? undefined,
  }
  return Object.values(said).some((value) => value !== undefined) ? said : undefined
}
