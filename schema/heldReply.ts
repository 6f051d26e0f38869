import type { Actor } from '../src/actor.js'
import type { AndThen as AndThenValue } from '../src/conversation/andThen.js'
import type { HeldReply as HeldReplyRow } from '../src/generated/prisma/client.js'
import { holdReply } from '../src/heldReply/hold.js'
import { andThenOf } from '../src/heldReply/read.js'
import { sendHeldReply } from '../src/heldReply/send.js'
import { undoReply } from '../src/heldReply/undo.js'
import type { Attachment as AttachmentValue } from '../src/message/attachments.js'
import { Agent } from './agent.js'
import { AndThenInput, andThenIn } from './andThen.js'
import { builder } from './builder.js'
import { Conversation } from './conversation.js'
import { ConversationStatusEnum, HeldReplyFailureEnum, HeldReplyStateEnum } from './enums.js'
import { Attachment, AttachmentInput, Message } from './message.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'
import { Team } from './team.js'

const AndThen = builder.objectRef<AndThenValue>('AndThen').implement({
  description: 'What becomes of a conversation with a message; what is null stays.',
  fields: (t) => ({
    status: t.expose('status', {
      type: ConversationStatusEnum,
      nullable: true,
      description: 'Its status then.',
    }),
    snoozedUntil: t.expose('snoozedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'It is put aside, and wakes then.',
    }),
    isAssigned: t.boolean({
      description: 'Whether it gets another holder: `agent`, `team`, or nobody.',
      resolve: ({ assignTo }) => assignTo != null,
    }),
    agent: t.field({
      type: Agent,
      nullable: true,
      description: 'The agent who is to hold it.',
      resolve: ({ assignTo }, _, { load }) => (assignTo?.agentId ? load.namedAgent(assignTo.agentId) : null),
    }),
    team: t.field({
      type: Team,
      nullable: true,
      description: 'The team that is to hold it.',
      resolve: ({ assignTo }, _, { load }) => (assignTo?.teamId ? load.namedTeam(assignTo.teamId) : null),
    }),
  }),
})

export const HeldReply = builder.objectRef<HeldReplyRow>('HeldReply')

builder.objectType(HeldReply, {
  description:
    'A reply that is sent some seconds later, unless its agent undoes it. Known for a week at least; what it says is its agent’s alone until it is sent.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`held_…`', ...idOf('HeldReply') }),
    conversation: t.field({
      type: Conversation,
      description: 'Where it is to stand.',
      resolve: async ({ conversationId }, _, { load }) => {
        const conversation = await load.conversation(conversationId)
        if (!conversation)
          throw new Error(`The conversation ${conversationId} of a visible held reply was not found.`)
        return conversation
      },
    }),
    agent: t.field({
      type: Agent,
      description: 'Who is about to answer.',
      resolve: async ({ agentId }, _, { load }) => {
        const agent = await load.namedAgent(agentId)
        if (!agent) throw new Error(`The agent ${agentId} of a held reply was not found.`)
        return agent
      },
    }),
    state: t.expose('state', { type: HeldReplyStateEnum, description: 'What has become of it.' }),
    sendsAt: t.expose('sendsAt', { type: 'DateTime', description: 'When it is sent.' }),
    body: t.string({
      nullable: true,
      description:
        'Safe HTML. Null to others than its agent, when there are attachments only, and once it is not held.',
      extensions: { isOnes: true },
      resolve: ({ agentId, body }, _, { actor }) => (isTheirs(agentId, actor) ? body : null),
    }),
    attachments: t.field({
      type: [Attachment],
      description: 'Files beside it; none to others than its agent, and once it is not held.',
      extensions: { isOnes: true },
      resolve: ({ agentId, attachments }, _, { actor }) =>
        isTheirs(agentId, actor) ? (attachments as unknown as AttachmentValue[]) : [],
    }),
    quotedMessage: t.field({
      type: Message,
      nullable: true,
      description: 'The message that it answers; null to others than its agent, and once it is not held.',
      extensions: { isOnes: true },
      resolve: ({ agentId, quotedMessageId }, _, { actor, load }) =>
        quotedMessageId && isTheirs(agentId, actor) ? load.message(quotedMessageId) : null,
    }),
    andThen: t.field({
      type: AndThen,
      nullable: true,
      description: 'What becomes of the conversation with it.',
      resolve: andThenOf,
    }),
    failure: t.expose('failure', {
      type: HeldReplyFailureEnum,
      nullable: true,
      description: 'Why it could not be sent.',
    }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'What it became once it was sent.',
      resolve: ({ messageId }, _, { load }) => (messageId ? load.message(messageId) : null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when it is held.' }),
  }),
})

function isTheirs(agentId: string, actor: Actor | null): boolean {
  return actor?.kind === 'AGENT' && actor.agentId === agentId
}

findable('HeldReply', HeldReply, ({ load }, id) => load.heldReply(id))

builder.objectField(Conversation, 'heldReplies', (t) =>
  t.field({
    type: [HeldReply],
    description: 'Who is about to answer, by the time at which it is sent. Fin is told of none.',
    extensions: { reads: ['id'] },
    resolve: ({ id }, _, { load }) => load.heldReplies(id),
  }),
)

const changes = { heldReply: 'HeldReply', conversation: 'Conversation' } as const

mutation('holdReply', {
  description:
    'A public reply by you that can be undone for some seconds, and is then sent by itself as `replyToConversation` sends one. What cannot be sent then is your draft again. The end-user’s messages meanwhile do not stop it.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    body: t.string({ description: 'HTML; sanitised. Needed unless there is an attachment.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Files beside it.' }),
    quotedMessageId: t.id({ description: 'The message of this conversation that it answers; no note.' }),
    andThen: t.field({
      type: AndThenInput,
      description: 'What becomes of the conversation once it is sent.',
    }),
    seconds: t.int({ description: 'How long it can be undone, 1 to 60; 10 when left out.' }),
  }),
  versioned: true,
  changes,
  run: (input, { app, actor }, call) =>
    holdReply(
      app.db,
      actor,
      {
        ...input,
        conversationId: argumentId('Conversation', input.conversationId),
        quotedMessageId: optionalId('Message', input.quotedMessageId),
        andThen: andThenIn(input.andThen),
        seconds: input.seconds ?? 10,
      },
      call,
    ),
})

for (const [name, run, description] of [
  [
    'undoReply',
    undoReply,
    'Takes back a held reply of yours: it is your draft again, before what you have begun since.',
  ],
  ['sendHeldReply', sendHeldReply, 'Sends a held reply of yours now.'],
] as const) {
  mutation(name, {
    description: `${description} A ConflictError says that it was sent or undone before.`,
    input: (t) => ({ heldReplyId: t.id({ required: true, description: 'The held reply.' }) }),
    changes,
    run: ({ heldReplyId }, { app, actor }, call) =>
      run(app.db, actor, { heldReplyId: argumentId('HeldReply', heldReplyId) }, call),
  })
}
