import { draftsOf, findDraft } from '../src/draft/read.js'
import { saveDraft } from '../src/draft/save.js'
import type { Draft as DraftRow } from '../src/generated/prisma/client.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import { builder } from './builder.js'
import { Conversation } from './conversation.js'
import { HeldReplyFailureEnum, VisibilityEnum } from './enums.js'
import { Attachment, AttachmentInput, Mentioned, Message, named } from './message.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'
import { Viewer } from './viewer.js'

const Draft = builder.objectRef<DraftRow>('Draft')

builder.objectType(Draft, {
  description:
    'What you have begun to write in a conversation: one reply and one note. Nobody else sees it. Sending a message of its kind there, or holding a reply, discards it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`draft_…`', ...idOf('Draft') }),
    conversation: t.field({
      type: Conversation,
      description: 'Where it is to stand.',
      resolve: async ({ conversationId }, _, { load }) => {
        const conversation = await load.conversation(conversationId)
        if (!conversation)
          throw new Error(`The conversation ${conversationId} of a visible draft was not found.`)
        return conversation
      },
    }),
    visibility: t.expose('visibility', { type: VisibilityEnum, description: 'A reply, or a note.' }),
    body: t.exposeString('body', {
      nullable: true,
      description: 'Safe HTML; null when there are attachments only.',
    }),
    text: t.exposeString('text', { description: 'The same as plain text.' }),
    attachments: t.field({
      type: [Attachment],
      description: 'Files beside it.',
      resolve: ({ attachments }) => attachments as unknown as AttachmentValue[],
    }),
    quotedMessage: t.field({
      type: Message,
      nullable: true,
      description: 'The message that it is to quote; null when it quotes none.',
      resolve: ({ quotedMessageId }, _, { load }) => (quotedMessageId ? load.message(quotedMessageId) : null),
    }),
    mentions: t.field({
      type: [Mentioned],
      description: 'Whom the note is to call to it: agents, then teams.',
      resolve: ({ mentionedAgentIds: agentIds, mentionedTeamIds: teamIds }, _, { load }) =>
        named({ agentIds, teamIds }, load),
    }),
    failure: t.expose('failure', {
      type: HeldReplyFailureEnum,
      nullable: true,
      description:
        'It was a held reply that could not be sent, and why; null else. Saving it anew clears this.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it was saved last; grows with each save. Give it as `expectedUpdatedAt`.',
    }),
  }),
})

findable('Draft', Draft, ({ app, actor }, id) =>
  actor?.kind === 'AGENT' ? findDraft(app.db, actor, id) : null,
)

builder.objectField(Conversation, 'drafts', (t) =>
  t.field({
    type: [Draft],
    description: 'What you have begun to write here, the reply first; never another’s.',
    extensions: { isLogged: false, isOnes: true, reads: ['id'] },
    resolve: ({ id }, _, { load }) => load.drafts(id),
  }),
)

builder.objectField(Viewer, 'drafts', (t) =>
  t.field({
    type: [Draft],
    description:
      'What they have begun to write in conversations that they see, newest first; at most the newest 200.',
    extensions: { isLogged: false, isOnes: true },
    resolve: (viewer, _, { app }) => draftsOf(app.db, viewer),
  }),
)

mutation('saveDraft', {
  description:
    'Keeps what you have written so far, in place of the draft of its kind; with nothing in it it is discarded. No event, no webhook.',
  input: (t) => ({
    ...which(t),
    body: t.string({ description: 'HTML; sanitised.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Files beside it.' }),
    quotedMessageId: t.id({ description: 'The message of this conversation that it is to quote.' }),
    mentionedAgentIds: t.idList({ description: 'Agents that the note is to mention; at most 50.' }),
    mentionedTeamIds: t.idList({ description: 'Teams; at most 50.' }),
  }),
  changes: { conversation: 'Conversation' },
  run: ({ mentionedAgentIds, mentionedTeamIds, ...input }, { app, actor }, call) =>
    saveDraft(
      app.db,
      actor,
      {
        ...input,
        conversationId: argumentId('Conversation', input.conversationId),
        quotedMessageId: optionalId('Message', input.quotedMessageId),
        agentIds: mentionedAgentIds?.map((id) => argumentId('Agent', id)),
        teamIds: mentionedTeamIds?.map((id) => argumentId('Team', id)),
      },
      call,
    ),
})

mutation('discardDraft', {
  description: 'Throws away a draft of yours; where there is none, nothing changes.',
  input: which,
  changes: { conversation: 'Conversation' },
  run: (input, { app, actor }, call) =>
    saveDraft(
      app.db,
      actor,
      { ...input, conversationId: argumentId('Conversation', input.conversationId) },
      call,
    ),
})

function which(t: InputFields) {
  return {
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    visibility: t.field({
      type: VisibilityEnum,
      required: true,
      description: 'PUBLIC: the reply; PRIVATE: the note.',
    }),
    expectedUpdatedAt: t.field({
      type: 'DateTime',
      description:
        'The `updatedAt` of the draft that you saw, null: you saw none; another present one gives a ConflictError, whose conversation has it. Left out: the last save wins.',
    }),
  }
}
