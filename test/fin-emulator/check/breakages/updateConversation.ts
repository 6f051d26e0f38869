import {
  type Allowed,
  after,
  type Breakage,
  before,
  otherEnvelope,
  unknown,
  withStatus,
} from '../helpdesk/breakage.js'

const ignoresNull = before('update_conversation', (change) => {
  if (change.assignee_id === null) delete change.assignee_id
})

const writes = ['resolved', 'closed', 'ended'].map((status) => [
  `updateConversation.${status}`,
  before('update_conversation', (change) => {
    if (change.status === status) delete change.status
  }),
])

export const updateConversationBreakages: Record<string, Breakage | Breakage[]> = {
  'updateConversation.status': withStatus('update_conversation', 202),
  'updateConversation.answer': otherEnvelope('update_conversation'),
  'updateConversation.title': before('update_conversation', (change) => {
    delete change.title
  }),
  'updateConversation.nulls': before('update_conversation', ({ title }) =>
    title === null ? 400 : undefined,
  ),
  'updateConversation.readAt': before('update_conversation', ({ last_user_read_at }) =>
    last_user_read_at?.endsWith('Z') ? 400 : undefined,
  ),
  'updateConversation.tags': before('update_conversation', (change) => {
    delete change.tags
  }),
  'updateConversation.tagsReplace': { rules: { addsTags: true } },
  'updateConversation.attributes': before('update_conversation', ({ attributes }) => {
    delete attributes?.sentiment
  }),
  'updateConversation.attributesMerge': { rules: { mergesConversation: false } },
  ...Object.fromEntries(writes),
  'updateConversation.reopens': before('update_conversation', (change) => {
    if (change.status === 'open') delete change.status
  }),
  'updateConversation.keeps': { rules: { keepsTitle: false } },
  'updateConversation.takes': [
    before('update_conversation', (change) => {
      if (change.assignee_id) change.assignee_id = null
    }),
    {
      rules: { assigns: false },
      ...before('update_conversation', (change) => {
        if (change.assignee_id) delete change.assignee_id
      }),
    },
  ],
  'updateConversation.handover': [ignoresNull, { rules: { assigns: false }, ...ignoresNull }],
  'updateConversation.user': before('update_conversation', (change) => {
    delete change.user
  }),
  'updateConversation.odd': before('update_conversation', ({ status }) =>
    status === 'paused' ? 400 : undefined,
  ),
  'updateConversation.nothing': { rules: { bumps: true } },
  'updateConversation.unknown': unknown('update_conversation', 400),
}

export const updateConversationAllowed: Record<string, Allowed> = {
  'a conversation begins with nobody': { rules: { assigns: false } },
  'a conversation that Fin hands over is a team’s': after('get_conversation', (conversation) => {
    conversation.assignee ??= { id: 'team_1', user_type: 'agent', name: 'Team', email: 'team@example.com' }
  }),
  'an update replaces what was there': { rules: { mergesConversation: false, keepsTitle: false } },
}
