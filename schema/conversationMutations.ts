import { assignConversation, handBackToFin } from '../src/conversation/assign.js'
import { markConversationRead, markConversationUnread } from '../src/conversation/markRead.js'
import { openConversation } from '../src/conversation/open.js'
import { setConversationStatus, snoozeConversation } from '../src/conversation/setStatus.js'
import { syncConversation } from '../src/conversation/sync.js'
import { updateConversation } from '../src/conversation/update.js'
import { ValidationError } from '../src/errors.js'
import { storedId } from '../src/ids.js'
import { builder } from './builder.js'
import { EndUserInput } from './endUser.js'
import { ConversationStatusEnum, PriorityEnum } from './enums.js'
import { ReceivedMessageInput } from './message.js'
import { mutation } from './mutation.js'
import { argumentId, optionalId } from './node.js'
import { UnreadValueInput } from './unread.js'

const conversation = { conversation: 'Conversation' } as const

mutation('openConversation', {
  description:
    'Opens a conversation with its first message, for channels that bring end-users. One that Fin opens is held by Fin.',
  input: (t) => ({
    inboxId: t.id({ description: "Where it arrives; an integration's own inbox when left out." }),
    endUserId: t.id({ description: 'Whose it is.' }),
    endUser: t.field({
      type: EndUserInput,
      description: 'Whose it is, when `endUserId` is left out or unknown.',
    }),
    title: t.string({ description: 'What it is about; at most 1,000 characters.' }),
    attributes: t.field({ type: 'JSONObject', description: 'What is known of the matter.' }),
    objectId: t.string({ description: "The integration's own id of it: a repeat gives the first." }),
    message: t.field({ type: ReceivedMessageInput, required: true, description: 'Its first message.' }),
    unread: t.field({
      type: [UnreadValueInput],
      description: 'What of the call could not be read; for integrations.',
    }),
  }),
  changes: { conversation: 'Conversation', message: 'Message' },
  run: (input, { app, actor }, call) =>
    openConversation(
      app.db,
      actor,
      {
        ...input,
        inboxId: optionalId('Inbox', input.inboxId),
        // A channel may name its end-user in its own way: what is no id of ours is unknown, and endUser tells the rest.
        endUserId: input.endUser
          ? input.endUserId && storedId('EndUser', input.endUserId)
          : optionalId('EndUser', input.endUserId),
        message: { ...input.message, author: input.message.author ?? 'END_USER' },
      },
      call,
    ),
})

mutation('assignConversation', {
  description: 'Gives a conversation to an agent, a team, or both; to nobody when neither is given.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    agentId: t.id({ description: 'An agent of its inbox.' }),
    teamId: t.id({ description: 'A team.' }),
  }),
  versioned: true,
  changes: conversation,
  run: (input, { app, actor }, call) =>
    assignConversation(
      app.db,
      actor,
      {
        ...input,
        conversationId: argumentId('Conversation', input.conversationId),
        agentId: optionalId('Agent', input.agentId),
        teamId: optionalId('Team', input.teamId),
      },
      call,
    ),
})

mutation('setConversationStatus', {
  description: 'Opens, resolves, closes or ends a conversation.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    status: t.field({
      type: ConversationStatusEnum,
      required: true,
      description: 'Not SNOOZED: use snoozeConversation.',
    }),
  }),
  versioned: true,
  changes: conversation,
  run: (input, { app, actor }, call) =>
    setConversationStatus(
      app.db,
      actor,
      { ...input, conversationId: argumentId('Conversation', input.conversationId) },
      call,
    ),
})

mutation('snoozeConversation', {
  description: 'Puts a conversation aside until a time to come, or until the end-user writes.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    until: t.field({ type: 'DateTime', required: true, description: 'When it wakes.' }),
  }),
  versioned: true,
  changes: conversation,
  run: (input, { app, actor }, call) =>
    snoozeConversation(
      app.db,
      actor,
      { ...input, conversationId: argumentId('Conversation', input.conversationId) },
      call,
    ),
})

mutation('updateConversation', {
  description: 'Changes title, priority, tags and attributes; what is left out stays.',
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    title: t.string({ description: 'Null or empty: none.' }),
    priority: t.field({ type: PriorityEnum, description: 'How urgent it is.' }),
    tags: t.stringList({ description: 'Names, which replace the present tags; new ones are made.' }),
    attributes: t.field({ type: 'JSONObject', description: 'Merged by key; null removes a key.' }),
  }),
  versioned: true,
  changes: conversation,
  run: (input, { app, actor }, call) =>
    updateConversation(
      app.db,
      actor,
      { ...input, conversationId: argumentId('Conversation', input.conversationId) },
      call,
    ),
})

for (const [name, mark, description] of [
  [
    'markConversationRead',
    markConversationRead,
    'Notes that you have read up to a message. Never goes back; no event, no webhook.',
  ],
  [
    'markConversationUnread',
    markConversationUnread,
    'Notes that a message and all behind it are unread to you. Never goes forward; no event, no webhook.',
  ],
] as const) {
  mutation(name, {
    description,
    input: (t) => ({
      conversationId: t.id({ required: true, description: 'The conversation.' }),
      seq: t.int({ description: "The message's `seq`; the newest when left out." }),
    }),
    changes: conversation,
    run: (input, { app, actor }, call) =>
      mark(
        app.db,
        actor,
        { ...input, conversationId: argumentId('Conversation', input.conversationId) },
        call,
      ),
  })
}

mutation('handBackToFin', {
  description: 'Gives a conversation back to the Fin of its inbox.',
  input: (t) => ({ conversationId: t.id({ required: true, description: 'The conversation.' }) }),
  versioned: true,
  changes: conversation,
  run: (input, { app, actor }, call) =>
    handBackToFin(
      app.db,
      actor,
      { ...input, conversationId: argumentId('Conversation', input.conversationId) },
      call,
    ),
})

const EndUserChanges = builder.inputType('EndUserChangesInput', {
  description: 'What an integration learnt of an end-user; what is left out stays.',
  fields: (t) => ({
    id: t.string({
      description:
        "Who it is, by our id or the integration's own: somebody else than before was merged with them.",
    }),
    name: t.string({ description: 'Their name.' }),
    email: t.string({ description: 'Their address; never replaces what others than the integration said.' }),
    photoUrl: t.string({ description: 'A picture.' }),
    attributes: t.field({ type: 'JSONObject', description: 'Merged by key; null removes a key.' }),
  }),
})

mutation('syncConversation', {
  description:
    "The state Fin derived at the end of a sync. For integrations. What would undo a human's doing is not applied, but recorded in the integration's log.",
  input: (t) => ({
    conversationId: t.id({ required: true, description: 'The conversation.' }),
    title: t.string({ description: 'What it is about.' }),
    tags: t.stringList({ description: 'Names, which replace the present tags.' }),
    attributes: t.field({ type: 'JSONObject', description: 'Merged by key; null removes a key.' }),
    status: t.field({ type: ConversationStatusEnum, description: 'Not SNOOZED.' }),
    assigneeId: t.id({ description: 'The agent that stands for Fin takes it; null: Fin lets go.' }),
    endUserReadAt: t.field({
      type: 'DateTime',
      description: 'Up to when the end-user has read; never goes back.',
    }),
    endUser: t.field({ type: EndUserChanges, description: 'What was learnt of the end-user.' }),
    unread: t.field({
      type: [UnreadValueInput],
      description: 'What of the call could not be read; for integrations.',
    }),
  }),
  changes: conversation,
  run: (input, { app, actor }, call) => {
    const { status } = input
    if (status === 'SNOOZED') throw new ValidationError('status', 'An integration does not snooze.')
    const conversationId = argumentId('Conversation', input.conversationId)
    // Any text may stand here; what is no agent of ours is nobody Fin may name.
    const assigneeId =
      typeof input.assigneeId === 'string'
        ? (storedId('Agent', input.assigneeId) ?? 'unknown')
        : input.assigneeId
    return syncConversation(app.db, actor, { ...input, conversationId, status, assigneeId }, call)
  },
})
