import { object, text, time } from '../fields.js'
import type { FinRequest, Operation } from '../operation.js'
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

const statuses = new Set(['open', 'resolved', 'closed', 'ended'])

/** What is left out, or undefined, stays as it is. */
export const updateConversation: Operation<Data> = {
  document: `mutation UpdateConversation($input: SyncConversationInput!) {
    result: syncConversation(input: $input) {
      ... on SyncConversationPayload { conversation { ...Conversation } }
      ...Refusal
    }
  } ${conversationFragment} ${endUserFragment} ${agentFragment} ${refusalFragment}`,
  creates: false,
  variables(request) {
    const { parameters } = request
    return {
      input: {
        conversationId: parameters.conversation_id,
        title: shortTitle(parameters.title) ?? undefined,
        tags: fewTags(parameters.tags, request) ?? undefined,
        attributes: object(parameters.attributes) ?? undefined,
        status: status(request),
        assigneeId: assigneeId(parameters),
        endUserReadAt: readAt(request),
        endUser: endUser(parameters),
      },
    }
  },
  respond: ({ result }) => presentConversation(result.conversation),
}

function status({ parameters, tolerate }: FinRequest): string | undefined {
  if (parameters.status == null) return undefined
  const given = text(parameters.status)
  if (given && statuses.has(given)) return given.toUpperCase()
  tolerate('status is not one of open, resolved, closed, ended: it stays as it is')
  return undefined
}

/** Only a null is the handover; anything else that is no text is missing. */
function assigneeId({ assignee_id }: Record<string, unknown>): string | null | undefined {
  return assignee_id === null ? null : (text(assignee_id) ?? undefined)
}

function readAt({ parameters, tolerate }: FinRequest): string | undefined {
  const { last_user_read_at } = parameters
  const moment = time(last_user_read_at)
  if (last_user_read_at != null && !moment) tolerate('last_user_read_at is not a time: it is not read')
  return moment ?? undefined
}

function endUser({ user }: Record<string, unknown>) {
  const given = object(user)
  return (
    given && {
      name: text(given.name) ?? undefined,
      photoUrl: text(given.photo_url) ?? undefined,
      attributes: object(given.attributes) ?? undefined,
    }
  )
}
