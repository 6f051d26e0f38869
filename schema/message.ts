import { ValidationError } from '../src/errors.js'
import { columnsRead } from '../src/execution/selected.js'
import { storedId } from '../src/ids.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import type { Mentions } from '../src/message/mentions.js'
import type { MessageView } from '../src/message/read.js'
import { Agent } from './agent.js'
import { Attachment } from './attachment.js'
import { builder } from './builder.js'
import { connectionOf, encodeCursor, rangeOf, sliceOf } from './connection.js'
import { Conversation } from './conversation.js'
import { EndUser } from './endUser.js'
import { VisibilityEnum } from './enums.js'
import type { Loaders } from './loaders.js'
import { findable, idOf, Node } from './node.js'
import { Team } from './team.js'

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
