import {
  type Allowed,
  after,
  type Breakage,
  otherEnvelope,
  unknown,
  withoutMs,
  withStatus,
} from '../helpdesk/breakage.js'

const fields = ['title', 'tags', 'attributes', 'assignee', 'created_at', 'updated_at']

export const getConversationBreakages: Record<string, Breakage | Breakage[]> = {
  'getConversation.status': withStatus('get_conversation', 203),
  'getConversation.finds': after('get_conversation', (conversation) =>
    Object.assign(conversation, { id: 'conv_other' }),
  ),
  'getConversation.envelope': otherEnvelope('get_conversation'),
  'getConversation.isOpen': after('get_conversation', (conversation) => {
    if (conversation.status === 'open') conversation.status = 'new'
  }),
  'getConversation.user': [
    after('get_conversation', (conversation) => Object.assign(conversation, { user: null })),
    after('get_conversation', (conversation) => delete conversation.user),
    after('get_conversation', ({ user }) => delete user.id),
    after('get_conversation', ({ user }) => delete user.user_type),
  ],
  'getConversation.assignee': after('get_conversation', (conversation) => {
    if (conversation.assignee) conversation.assignee = { id: conversation.assignee.id }
  }),
  'getConversation.created_at': after('get_conversation', (conversation) => {
    conversation.created_at = withoutMs(conversation.created_at)
  }),
  'getConversation.updated_at': after('get_conversation', (conversation) => {
    conversation.updated_at = withoutMs(conversation.updated_at)
  }),
  'getConversation.keys': fields.map((field) =>
    after('get_conversation', (conversation) => delete conversation[field]),
  ),
  'getConversation.tags': after('get_conversation', (conversation) => {
    if (conversation.tags.length === 0) conversation.tags = null
  }),
  'getConversation.unknown': unknown('get_conversation', 400),
  'getConversation.problem': {
    after(call, answer) {
      if (call.operation === 'get_conversation' && answer.status === 404) answer.error = 'not found'
    },
  },
}

export const getConversationAllowed: Record<string, Allowed> = {
  'a conversation is shown with what is required only': after('get_conversation', (conversation) => {
    for (const field of fields) delete conversation[field]
  }),
  'times of a conversation are null': after('get_conversation', (conversation) => {
    Object.assign(conversation, { created_at: null, updated_at: null })
  }),
  'the assignee has an id only': {
    variant: 'rest',
    ...after('get_conversation', (conversation) => {
      if (conversation.assignee) conversation.assignee = { id: conversation.assignee.id }
    }),
  },
  'an error comes with HTTP 200': {
    variant: 'posts',
    after(_, answer) {
      if (answer.error) answer.status = 200
    },
  },
}
