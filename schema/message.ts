import { ValidationError } from '../src/errors.js'
import { columnsRead } from '../src/execution/selected.js'
import { pastFileLink, uploadedFileLink } from '../src/file/link.js'
import { publicId, storedId } from '../src/ids.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import type { Mentions } from '../src/message/mentions.js'
import type { MessageView } from '../src/message/read.js'
import { receiveMessage } from '../src/message/receive.js'
import { addNote, reply } from '../src/message/reply.js'
import { Agent } from './agent.js'
import { AndThenInput, andThenIn } from './andThen.js'
import { builder } from './builder.js'
import { connectionOf, encodeCursor, rangeOf, sliceOf } from './connection.js'
import { Conversation } from './conversation.js'
import { EndUser } from './endUser.js'
import { VisibilityEnum } from './enums.js'
import type { Loaders } from './loaders.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'
import { Team } from './team.js'
import { UnreadValueInput } from './unread.js'

/** In the history of a message it can be opened as long as that can be seen. */
type Shown = AttachmentValue & { isPast?: boolean }

export const Attachment = builder.objectRef<Shown>('Attachment').implement({
  description: 'A file beside a message.',
  fields: (t) => ({
    url: t.string({
      description:
        'Always https; of an uploaded file a link to this server that opens it for an hour, to whoever has it.',
      resolve: ({ url, fileId, isPast }, _, { app }) => {
        const linkOf = isPast ? pastFileLink : uploadedFileLink
        return fileId ? app.publicUrl() + linkOf(app.secrets, fileId, app.db.clock.now()) : url
      },
    }),
    filetype: t.exposeString('filetype', {
      nullable: true,
      description: 'A type or an extension, e.g. `pdf`.',
    }),
    filename: t.exposeString('filename', { nullable: true, description: 'Its name for people.' }),
    fileId: t.id({
      nullable: true,
      description: '`upload_…`, of one that was uploaded.',
      resolve: ({ fileId }) => (fileId ? publicId('UploadedFile', fileId) : null),
    }),
    contentType: t.string({
      nullable: true,
      description: 'Its type, which was checked, of one that was uploaded.',
      resolve: ({ fileId, filetype }) => (fileId ? filetype : null),
    }),
    size: t.int({
      nullable: true,
      description: 'In bytes, of one that was uploaded.',
      resolve: ({ size }) => size ?? null,
    }),
  }),
})

const Author = builder.unionType('Author', {
  description: 'Who wrote a message.',
  types: [EndUser, Agent],
  resolveType: (author) => ('isBot' in author ? Agent : EndUser),
})

export const Mentioned = builder.unionType('Mentioned', {
  description: 'Whom a note calls to it.',
  types: [Agent, Team],
  resolveType: (mentioned) => ('isBot' in mentioned ? Agent : Team),
})

export const Message = builder.objectRef<MessageView>('Message')

builder.objectType(Message, {
  description: 'One entry of a conversation.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`msg_…`', ...idOf('Message') }),
    seq: t.exposeInt('seq', { description: 'Its place in the conversation: 1, 2, 3, … without gaps.' }),
    conversation: t.field({
      type: Conversation,
      description: 'Where it stands.',
      extensions: { reads: ['conversationId'] },
      resolve: async ({ conversationId }, _, { load }) => {
        const conversation = await load.conversation(conversationId)
        if (!conversation)
          throw new Error(`The conversation ${conversationId} of a visible message was not found.`)
        return conversation
      },
    }),
    author: t.field({
      type: Author,
      description: 'Who wrote it.',
      extensions: {
        reads: ['authorAgentId', 'authorEndUserId', 'authorAgent.isBot'],
        joined: { Agent: 'authorAgent', EndUser: 'authorEndUser' },
      },
      resolve: (message, _, { load }) =>
        message.authorAgent ?? message.authorEndUser ?? writer(message, load),
    }),
    visibility: t.expose('visibility', { type: VisibilityEnum, description: 'Who sees it.' }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'Safe HTML; null when there are attachments only, and when it was deleted or redacted.',
    }),
    text: t.exposeString('text', { description: 'The same as plain text.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'Files beside it.',
      extensions: { reads: ['attachments'], isJson: true },
      resolve: ({ attachments }) => attachments as unknown as AttachmentValue[],
    }),
    quotedMessage: t.field({
      type: Message,
      nullable: true,
      description: 'The message that it answers; null when it quotes none.',
      extensions: { reads: ['quotedMessageId'] },
      resolve: ({ quotedMessageId }, _, { load }) => (quotedMessageId ? load.message(quotedMessageId) : null),
    }),
    mentions: t.field({
      type: [Mentioned],
      description: 'Whom a note calls to it: agents, then teams.',
      extensions: { isLogged: false, reads: ['id', 'visibility'] },
      resolve: async ({ id, visibility }, _, { load }) =>
        visibility === 'PRIVATE' ? named(await load.mentions(id), load) : [],
    }),
    isLate: t.exposeBoolean('isLate', { description: 'Fin said it after a human had taken over.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written.' }),
    editedAt: t.expose('editedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When what it says was last changed.',
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since then it says nothing any more: no body, no text, no attachments.',
    }),
    redactedAt: t.expose('redactedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since then what it said is removed from its history as well, and from everywhere.',
    }),
  }),
})

/** Agents, then teams. */
export async function named(mentions: Mentions | null, load: Loaders) {
  const all = await Promise.all([
    ...(mentions?.agentIds ?? []).map(load.namedAgent),
    ...(mentions?.teamIds ?? []).map(load.namedTeam),
  ])
  return all.filter((one) => one !== null)
}

async function writer({ id, authorAgentId, authorEndUserId }: MessageView, load: Loaders) {
  const author =
    (authorAgentId ? await load.namedAgent(authorAgentId) : null) ??
    (authorEndUserId ? await load.endUser(authorEndUserId) : null)
  if (!author) throw new Error(`Message ${id} has no author.`)
  return author
}

findable('Message', Message, (context, id) => context.load.message(id))

const order = 'messages'
const largestSeq = 2 ** 31 - 1

builder.objectField(Conversation, 'messages', (t) =>
  t.connection(
    {
      type: Message,
      description:
        'In their order. `last: 50` for the newest, then `before` for older ones. Pages of 1 to 100, 25 by default.',
      args: {
        afterId: t.arg.id({
          description:
            'With `first`: only what came after this message. One that is not of the conversation leaves nothing out.',
        }),
      },
      extensions: { reads: ['id'] },
      resolve: async (conversation, args, { load }, info) => {
        const slice = sliceOf(args)
        const range = {
          ...rangeOf(order, slice, largestSeq),
          afterId: args.afterId && storedId('Message', args.afterId),
        }
        if (range.afterId && slice.backwards) {
          throw new ValidationError('afterId', '`afterId` goes with `first`, not with `last`.')
        }
        const rows = await load.messages({
          conversationId: conversation.id,
          range,
          read: columnsRead(info, 'nodes', 'edges.node'),
        })
        return connectionOf(rows, slice, (message) => encodeCursor(order, message.seq))
      },
    },
    { name: 'MessageConnection' },
    { name: 'MessageEdge' },
  ),
)

export const AttachmentInput = builder.inputType('AttachmentInput', {
  description: 'A file beside a message: by its address, or one that was uploaded.',
  fields: (t) => ({
    url: t.string({
      description: 'An https address; signed and expiring for what is not public. Needed without `fileId`.',
    }),
    fileId: t.id({
      description:
        'Of one that you uploaded (see `createUpload`) and have not attached yet. Its type and, unless given, its name are known.',
    }),
    filetype: t.string({ description: 'Beside `url`: a type or an extension, e.g. `pdf`.' }),
    filename: t.string({ description: 'Its name for people.' }),
  }),
})

const AuthorKind = builder.enumType('AuthorKind', {
  description: 'Who wrote a received message.',
  values: {
    END_USER: { description: "The conversation's end-user." },
    FIN: { description: 'Fin; only its integration may say so.' },
  },
})

export const ReceivedMessageInput = builder.inputType('ReceivedMessageInput', {
  description: 'A message that reached the helpdesk through a channel. A body or an attachment is needed.',
  fields: (t) => ({
    author: t.field({ type: AuthorKind, description: 'END_USER when left out.' }),
    visibility: t.field({ type: VisibilityEnum, description: 'PUBLIC when left out.' }),
    body: t.string({ description: 'HTML; sanitised.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Files beside it.' }),
    objectId: t.string({ description: "The integration's own id of it: a repeat gives the first." }),
    sentAt: t.field({ type: 'DateTime', description: 'When it was written; now when left out.' }),
  }),
})

const written = (t: InputFields) => ({
  conversationId: t.id({ required: true, description: 'The conversation.' }),
  body: t.string({ description: 'HTML; sanitised. Needed unless there is an attachment.' }),
  attachments: t.field({ type: [AttachmentInput], description: 'Files beside it.' }),
  andThen: t.field({ type: AndThenInput, description: 'What becomes of the conversation with it.' }),
})

/** What was written, by stored ids. */
function about({
  conversationId,
  quotedMessageId,
  andThen,
}: {
  conversationId: string
  quotedMessageId?: string | null
  andThen?: Parameters<typeof andThenIn>[0]
}) {
  return {
    conversationId: argumentId('Conversation', conversationId),
    quotedMessageId: optionalId('Message', quotedMessageId),
    andThen: andThenIn(andThen),
  }
}

mutation('replyToConversation', {
  description:
    'A public reply by you. When Fin or nobody holds the conversation, a human who replies takes it over.',
  input: (t) => ({
    ...written(t),
    quotedMessageId: t.id({ description: 'The message of this conversation that it answers; no note.' }),
  }),
  versioned: true,
  changes: { message: 'Message', conversation: 'Conversation' },
  run: (input, { app, actor }, call) => reply(app.db, actor, { ...input, ...about(input) }, call),
})

mutation('addNote', {
  description: 'A note for agents only; takes nothing over.',
  input: (t) => ({
    ...written(t),
    quotedMessageId: t.id({ description: 'The message of this conversation that it is about.' }),
    mentionedAgentIds: t.idList({
      description: 'Agents to call to it, who see this inbox; at most 50. They find it by `mentioned`.',
    }),
    mentionedTeamIds: t.idList({ description: 'Teams of whom somebody sees this inbox; at most 50.' }),
  }),
  versioned: true,
  changes: { message: 'Message', conversation: 'Conversation' },
  run: ({ mentionedAgentIds, mentionedTeamIds, ...input }, { app, actor }, call) =>
    addNote(
      app.db,
      actor,
      {
        ...input,
        ...about(input),
        agentIds: mentionedAgentIds?.map((id) => argumentId('Agent', id)),
        teamIds: mentionedTeamIds?.map((id) => argumentId('Team', id)),
      },
      call,
    ),
})

mutation('receiveMessage', {
  description:
    "A message that reached the helpdesk through a channel: the end-user's, or what Fin said. Always stored.",
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    message: t.field({ type: ReceivedMessageInput, required: true, description: 'What was said.' }),
    unread: t.field({
      type: [UnreadValueInput],
      description: 'What of the call could not be read; for integrations.',
    }),
  }),
  changes: { message: 'Message', conversation: 'Conversation' },
  run: (input, { app, actor }, call) =>
    receiveMessage(
      app.db,
      actor,
      {
        ...input.message,
        author: input.message.author ?? 'END_USER',
        conversationId: argumentId('Conversation', input.conversationId),
        unread: input.unread,
      },
      call,
    ),
})
