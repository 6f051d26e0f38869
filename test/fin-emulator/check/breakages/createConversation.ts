import {
  type Allowed,
  after,
  type Breakage,
  bareOnly,
  before,
  dataOnly,
  withStatus,
} from '../helpdesk/breakage.js'

export const createConversationBreakages: Record<string, Breakage | Breakage[]> = {
  'createConversation.both': [
    after('create_conversation', ({ message }) => delete message.id),
    after('create_conversation', (opened) => delete opened.message),
  ],
  'createConversation.names': after('create_conversation', ({ conversation, message }, answer) => {
    answer.object = { ticket: conversation, first_message: message }
  }),
  'createConversation.whole': [
    ...['status', 'user'].map((field) =>
      after('create_conversation', ({ conversation }) => delete conversation[field]),
    ),
    ...['conversation_id', 'message_type', 'author', 'visibility', 'created_at'].map((field) =>
      after('create_conversation', ({ message }) => delete message[field]),
    ),
  ],
  'createConversation.status': withStatus('create_conversation', 200),
  'createConversation.bare': dataOnly('create_conversation'),
  'createConversation.data': bareOnly('create_conversation'),
  'createConversation.user': after('get_conversation', ({ user }) =>
    Object.assign(user, { id: 'user_other' }),
  ),
  'createConversation.title': before('create_conversation', (given) => {
    delete given.title
  }),
  'createConversation.attributes': before('create_conversation', (given) => {
    delete given.attributes
    delete given.initial_message.attributes
  }),
  'createConversation.apart': after('get_conversation', ({ user, attributes }) =>
    Object.assign(user.attributes, attributes),
  ),
  'createConversation.author': after('get_messages', ([first], _, { parameters }) => {
    if (first && !parameters.after_id) first.author = { ...first.author, id: 'user_other' }
  }),
  'createConversation.unknownUser': before('create_conversation', ({ user, user_id }) =>
    (user_id ?? user?.id)?.includes('-') ? 404 : undefined,
  ),
  'createConversation.noUser': before('create_conversation', ({ user, user_id }) =>
    user || user_id ? undefined : 400,
  ),
  'createConversation.odd': before('create_conversation', ({ title }) => (title?.odd ? 400 : undefined)),
  'createConversation.unknownFields': before('create_conversation', ({ initial_message }) =>
    initial_message.some_new_field ? 400 : undefined,
  ),
  'createConversation.empty': before('create_conversation', ({ initial_message }) => {
    initial_message.body ||= 'nothing'
  }),
  'createConversation.repeat': before('create_conversation', (given) => {
    delete given.object_id
  }),
}

export const createConversationAllowed: Record<string, Allowed> = {
  'both stand under `data` only': dataOnly('create_conversation'),
  'both stand at the top level only': bareOnly('create_conversation'),
  'both are shown by their ids only': after('create_conversation', (opened) => {
    opened.conversation = { id: opened.conversation.id }
    opened.message = { id: opened.message.id }
  }),
  'an empty first message is kept': {
    variant: 'rest',
    ...before('create_conversation', ({ initial_message }) => {
      initial_message.body ||= ' '
    }),
  },
}
