import { agentBreakages } from './breakages/agents.js'
import { createUserBreakages } from './breakages/createUser.js'
import { credentialBreakages } from './breakages/credentials.js'
import { getUserBreakages } from './breakages/getUser.js'
import { signatureBreakages } from './breakages/signature.js'
import { tokenBreakages } from './breakages/token.js'
import { updateUserBreakages } from './breakages/updateUser.js'
import {
  after,
  type Breakage,
  bareOnly,
  before,
  dataOnly,
  each,
  type Json,
  unknown,
  withoutMs,
  withStatus,
} from './helpdesk/breakage.js'

/** For each point the helpdesks that miss this one. */
export const breakages: Record<string, Breakage | Breakage[]> = {
  ...tokenBreakages,
  ...credentialBreakages,
  ...signatureBreakages,
  ...createUserBreakages,
  ...getUserBreakages,
  ...updateUserBreakages,
  ...agentBreakages,
  'getConversation.problem': {
    after(call, answer) {
      if (call.operation === 'get_conversation' && answer.status === 404) answer.error = 'not found'
    },
  },
  'createConversation.both': after('create_conversation', ({ message }) => delete message.id),
  'createConversation.status': withStatus('create_conversation', 200),
  'createConversation.bare': dataOnly('create_conversation'),
  'createConversation.data': bareOnly('create_conversation'),
  'createConversation.user': after('create_conversation', ({ conversation }) => {
    conversation.user = { id: 'user_other' }
  }),
  'createConversation.title': after('create_conversation', ({ conversation }) => {
    conversation.title = null
  }),
  'createConversation.attributes': after('create_conversation', ({ conversation }) => {
    conversation.attributes = {}
  }),
  'createConversation.apart': after('create_conversation', ({ conversation }) => {
    Object.assign(conversation.user.attributes, conversation.attributes)
  }),
  'createConversation.body': after('create_conversation', ({ message }) => {
    message.body = ''
  }),
  'createConversation.author': after('create_conversation', ({ message }) => {
    message.author = { id: 'user_other' }
  }),
  'createConversation.unknownUser': before('create_conversation', ({ user }) =>
    user?.id?.includes('-') ? 404 : undefined,
  ),
  'createConversation.noUser': before('create_conversation', ({ user }) => (user ? undefined : 400)),
  'createConversation.odd': before('create_conversation', ({ title }) => (title?.odd ? 400 : undefined)),
  'createConversation.unknownFields': before('create_conversation', ({ initial_message }) =>
    initial_message.some_new_field ? 400 : undefined,
  ),
  'createConversation.empty': before('create_conversation', ({ initial_message }) => {
    initial_message.body ||= 'nothing'
  }),
  'createConversation.repeat': before('create_conversation', (conversation) => {
    delete conversation.object_id
  }),
  'getConversation.finds': after('get_conversation', (conversation) =>
    Object.assign(conversation, { id: 'conv_other' }),
  ),
  'getConversation.envelope': bareOnly('get_conversation'),
  'getConversation.status': after('get_conversation', (conversation) => {
    if (conversation.status === 'open') conversation.status = 'new'
  }),
  'getConversation.created_at': after('get_conversation', (conversation) => {
    conversation.created_at = withoutMs(conversation.created_at)
  }),
  'getConversation.updated_at': after('get_conversation', (conversation) => {
    conversation.updated_at = withoutMs(conversation.updated_at)
  }),
  'getConversation.tags': after('get_conversation', (conversation) => {
    if (conversation.tags.length === 0) conversation.tags = null
  }),
  'getConversation.unknown': unknown('get_conversation', 400),
  'createMessage.status': withStatus('create_message', 200),
  'createMessage.bare': dataOnly('create_message'),
  'createMessage.data': bareOnly('create_message'),
  'createMessage.conversation': after('create_message', (message) =>
    Object.assign(message, { conversation_id: 'conv_other' }),
  ),
  'createMessage.type': after('create_message', (message) =>
    Object.assign(message, { message_type: 'note' }),
  ),
  'createMessage.endUser': after('create_message', ({ author }) => {
    if (author.user_type === 'end_user') author.id = 'user_other'
  }),
  'createMessage.fin': after('create_message', ({ author }) => {
    if (author.user_type === 'agent') author.id = 'agent_other'
  }),
  'createMessage.private': before('create_message', (message) => {
    message.visibility = 'public'
  }),
  'createMessage.html': before('create_message', (message) => {
    message.body = message.body?.replace(/<\/?h1>/g, '')
  }),
  'createMessage.script': before('create_message', (message) => {
    message.body = message.body?.replaceAll('<script>', '<script >')
  }),
  'createMessage.attachment': after('create_message', ({ attachments }) =>
    attachments.map((file: Json) => delete file.filename),
  ),
  'createMessage.https': after('create_message', ({ attachments }) =>
    attachments.map((file: Json) => Object.assign(file, { url: 'http://files.example.com/' })),
  ),
  'createMessage.fileOnly': before('create_message', ({ body }) => (body === null ? 400 : undefined)),
  'createMessage.empty': before('create_message', (message) => {
    if (message.body === '') message.body = 'nothing'
  }),
  'createMessage.sentAt': before('create_message', (message) => {
    delete message.created_at
  }),
  'createMessage.unknown': unknown('create_message', 400),
  'createMessage.repeat': before('create_message', (message) => {
    delete message.object_id
  }),
  'getMessages.list': bareOnly('get_messages'),
  'getMessages.first': after('get_messages', (list, _, { parameters }) => {
    if (!parameters.after_id) list.shift()
  }),
  'getMessages.order': after('get_messages', (list) => list.reverse()),
  'getMessages.after': after('get_messages', (list, _, { parameters }) => {
    if (parameters.after_id !== 'msg_unknown' && parameters.after_id) list.shift()
  }),
  'getMessages.unknownAfter': after('get_messages', (list, _, { parameters }) => {
    if (parameters.after_id === 'msg_unknown') list.length = 0
  }),
  'getMessages.author': each('get_messages', (message) => {
    message.author = { id: message.author.id, user_type: message.author.user_type }
  }),
  'getMessages.visibility': each('get_messages', (message) => Object.assign(message, { visibility: 'all' })),
  'getMessages.time': each('get_messages', (message) => {
    message.created_at = withoutMs(message.created_at)
  }),
  'getMessages.attachments': each('get_messages', (message) => Object.assign(message, { attachments: null })),
  'updateConversation.answer': bareOnly('update_conversation'),
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
  ...Object.fromEntries(
    ['resolved', 'closed', 'ended'].map((status) => [
      `updateConversation.${status}`,
      before('update_conversation', (change) => {
        if (change.status === status) delete change.status
      }),
    ]),
  ),
  'updateConversation.keeps': { rules: { keepsTitle: false } },
  'updateConversation.takes': before('update_conversation', (change) => {
    if (change.assignee_id) change.assignee_id = null
  }),
  'updateConversation.handover': before('update_conversation', (change) => {
    if (change.assignee_id === null) delete change.assignee_id
  }),
  'updateConversation.user': before('update_conversation', (change) => {
    delete change.user
  }),
  'updateConversation.odd': before('update_conversation', ({ status }) =>
    status === 'paused' ? 400 : undefined,
  ),
  'updateConversation.nothing': { rules: { bumps: true } },
  'updateConversation.unknown': unknown('update_conversation', 400),
}
