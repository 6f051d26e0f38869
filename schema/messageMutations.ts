import { receiveMessage } from '../src/message/receive.js'
import { addNote, reply } from '../src/message/reply.js'
import { AndThenInput, andThenIn } from './andThen.js'
import { AttachmentInput } from './attachment.js'
import { builder } from './builder.js'
import { VisibilityEnum } from './enums.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, optionalId } from './node.js'
import { UnreadValueInput } from './unread.js'

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
