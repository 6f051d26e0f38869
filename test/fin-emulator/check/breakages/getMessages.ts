import {
  type Allowed,
  after,
  type Breakage,
  each,
  otherEnvelope,
  withoutMs,
  withStatus,
} from '../helpdesk/breakage.js'

const change = (changes: object) => each('get_messages', (message) => Object.assign(message, changes))

const without = (field: string) => each('get_messages', (message) => delete message[field])

export const getMessagesBreakages: Record<string, Breakage | Breakage[]> = {
  'getMessages.status': withStatus('get_messages', 203),
  'getMessages.list': otherEnvelope('get_messages'),
  'getMessages.first': after('get_messages', (list, _, { parameters }) => {
    if (!parameters.after_id) list.shift()
  }),
  'getMessages.order': after('get_messages', (list) => list.reverse()),
  'getMessages.after': after('get_messages', (list, _, { parameters }) => {
    if (parameters.after_id && parameters.after_id !== 'msg_unknown') list.shift()
  }),
  'getMessages.unknownAfter': after('get_messages', (list, _, { parameters }) => {
    if (parameters.after_id === 'msg_unknown') list.length = 0
  }),
  'getMessages.id': [without('id'), change({ id: 'msg_same' })],
  'getMessages.conversation': [without('conversation_id'), change({ conversation_id: 'conv_other' })],
  'getMessages.type': [without('message_type'), change({ message_type: 'note' })],
  'getMessages.body': each('get_messages', (message) => {
    message.body ||= null
  }),
  'getMessages.author': [without('author'), change({ author: null })],
  'getMessages.endUser': ['id', 'user_type'].map((field) =>
    each('get_messages', ({ author }) => {
      if (author.user_type === 'end_user') delete author[field]
    }),
  ),
  'getMessages.agent': ['user_type', 'name', 'email'].map((field) =>
    each('get_messages', ({ author }) => {
      if (author.user_type === 'agent') delete author[field]
    }),
  ),
  'getMessages.names': each('get_messages', ({ author }) => {
    if (author.user_type === 'end_user') delete author.name
  }),
  'getMessages.visibility': [without('visibility'), change({ visibility: 'all' })],
  'getMessages.public': change({ visibility: 'private' }),
  'getMessages.private': change({ visibility: 'public' }),
  'getMessages.time': [
    without('created_at'),
    each('get_messages', (message) => {
      message.created_at = withoutMs(message.created_at)
    }),
  ],
  'getMessages.attachments': [without('attachments'), change({ attachments: null })],
}

export const getMessagesAllowed: Record<string, Allowed> = {
  'authors are shown by id and user_type, agents by name and email too': each('get_messages', (message) => {
    const { id, user_type, name, email } = message.author
    message.author = user_type === 'end_user' ? { id, user_type } : { id, user_type, name, email }
  }),
  'an agent as author has an id only': {
    variant: 'rest',
    ...each('get_messages', (message) => {
      if (message.author.user_type === 'agent') message.author = { id: message.author.id }
    }),
  },
  'private messages are left out': after('get_messages', (list, answer) => {
    answer.object = list.filter(({ visibility }: { visibility: string }) => visibility === 'public')
  }),
  'after_id is ignored, and the newest comes first': after('get_messages', (list) => list.reverse()),
  'messages have no attachments': without('attachments'),
  'an attachment alone has no body': {
    variant: 'posts',
    ...each('get_messages', (message) => {
      message.body ||= null
    }),
  },
}
