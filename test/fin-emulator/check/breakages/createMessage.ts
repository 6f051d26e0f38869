import {
  type Allowed,
  after,
  type Breakage,
  bareOnly,
  before,
  dataOnly,
  each,
  type Json,
  unknown,
  withStatus,
} from '../helpdesk/breakage.js'

const isAnswer = ['author', 'visibility', 'created_at'] as const

export const createMessageBreakages: Record<string, Breakage | Breakage[]> = {
  'createMessage.status': withStatus('create_message', 200),
  'createMessage.bare': dataOnly('create_message'),
  'createMessage.data': bareOnly('create_message'),
  'createMessage.conversation': after('create_message', (message) =>
    Object.assign(message, { conversation_id: 'conv_other' }),
  ),
  'createMessage.type': after('create_message', (message) =>
    Object.assign(message, { message_type: 'note' }),
  ),
  'createMessage.whole': isAnswer.map((field) => after('create_message', (message) => delete message[field])),
  'createMessage.listed': after('get_messages', (list, _, { parameters }) => {
    if (list.length === 2 && !parameters.after_id) list.pop()
  }),
  'createMessage.endUser': after('get_messages', ([, ...said]) => {
    for (const { author } of said) if (author.user_type === 'end_user') author.id = 'user_other'
  }),
  'createMessage.fin': each('get_messages', ({ author }) => {
    if (author.user_type === 'agent') author.id = 'agent_other'
  }),
  'createMessage.unknownAuthor': before('create_message', ({ author }) =>
    author.id.includes('-') ? 400 : undefined,
  ),
  'createMessage.private': after('create_message', (message) => {
    message.visibility = 'public'
  }),
  'createMessage.html': before('create_message', (message) => {
    message.body = message.body?.replace(/<\/?h1>/g, '')
  }),
  'createMessage.script': before('create_message', (message) => {
    message.body = message.body?.replaceAll('<script>', '<script >')
  }),
  'createMessage.attachment': [
    each('get_messages', ({ attachments }) => attachments.map((file: Json) => delete file.filename)),
    before('create_message', (message) => {
      if (message.body) delete message.attachments
    }),
  ],
  'createMessage.https': each('get_messages', ({ attachments }) =>
    attachments.map((file: Json) => Object.assign(file, { url: 'http://files.example.com/' })),
  ),
  'createMessage.fileOnly': before('create_message', ({ body }) => (body ? undefined : 400)),
  'createMessage.empty': before('create_message', (message) => {
    if (message.attachments.length === 0) message.body ||= 'nothing'
  }),
  'createMessage.sentAt': before('create_message', (message) => {
    delete message.created_at
  }),
  'createMessage.unknown': unknown('create_message', 400),
  'createMessage.repeat': before('create_message', (message) => {
    delete message.object_id
  }),
}

export const createMessageAllowed: Record<string, Allowed> = {
  'create_message is answered with 200': { variant: 'posts', ...withStatus('create_message', 200) },
  'a new message stands under `data` only': { variant: 'posts', ...dataOnly('create_message') },
  'a new message stands at the top level only': { variant: 'posts', ...bareOnly('create_message') },
  'create_message is answered with nothing': {
    variant: 'posts',
    ...after('create_message', (_, answer) => {
      answer.object = {}
    }),
  },
  'a new message is shown by its id, conversation and type only': after('create_message', (message) => {
    for (const field of isAnswer) delete message[field]
  }),
  'an attachment alone is refused': {
    variant: 'rest',
    ...before('create_message', ({ body }) => (body ? undefined : 400)),
  },
  'an empty message is kept': {
    variant: 'rest',
    ...before('create_message', (message) => {
      message.body ||= ' '
    }),
  },
}
