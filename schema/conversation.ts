import type { ConversationView } from '../src/conversation/read.js'
import type { EndUserView } from '../src/endUser/access.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { EndUser } from './endUser.js'
import { ConversationStatusEnum, PriorityEnum } from './enums.js'
import { ConflictErrorType } from './errors.js'
import { Inbox } from './inbox.js'
import { findable, idOf, Node } from './node.js'
import { Tag } from './tag.js'
import { Team } from './team.js'

export const Conversation = builder.objectRef<ConversationView>('Conversation')

builder.objectType(Conversation, {
  description: 'One thread with exactly one end-user.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`conv_…`', ...idOf('Conversation') }),
    version: t.exposeInt('version', {
      description: 'Counts changes of its own fields; give it as `expectedVersion`.',
    }),
    revision: t.exposeInt('revision', { description: 'Counts its events: what has a higher one is newer.' }),
    status: t.expose('status', { type: ConversationStatusEnum, description: 'How far it is.' }),
    priority: t.expose('priority', { type: PriorityEnum, description: 'How urgent it is.' }),
    title: t.exposeString('title', { nullable: true, description: 'What it is about.' }),
    tags: t.field({
      type: [Tag],
      description: 'By name.',
      extensions: { reads: ['tags', 'id'], isJson: true },
      resolve: ({ id, tags }, _, { load }) =>
        tags ?? load.conversation(id).then((found) => found?.tags ?? []),
    }),
    attributes: t.expose('attributes', {
      type: 'JSONObject',
      description: 'What is known of the matter, by key.',
    }),
    inbox: t.field({
      type: Inbox,
      description: 'Where it arrived.',
      extensions: { reads: ['inboxId'] },
      resolve: ({ inboxId }, _, { app }) => app.db.prisma.inbox.findUniqueOrThrow({ where: { id: inboxId } }),
    }),
    endUser: t.field({
      type: EndUser,
      description: 'Whose it is.',
      extensions: { reads: ['endUserId'], joined: { EndUser: 'endUser' } },
      resolve: ({ endUser, endUserId }, _, { load }) => endUser ?? load.endUser(endUserId).then(present),
    }),
    assignee: t.field({
      type: Agent,
      nullable: true,
      description: 'Who holds it; null: nobody.',
      extensions: { reads: ['assigneeId'], joined: { Agent: 'assignee' } },
      resolve: (conversation, _, { load }) =>
        conversation.assignee !== undefined || !conversation.assigneeId
          ? (conversation.assignee ?? null)
          : load.namedAgent(conversation.assigneeId),
    }),
    team: t.field({
      type: Team,
      nullable: true,
      description: 'The team that holds it.',
      extensions: { reads: ['teamId'] },
      resolve: ({ teamId }, _, { load }) => (teamId ? load.namedTeam(teamId) : null),
    }),
    snoozedUntil: t.expose('snoozedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'When it wakes.',
    }),
    preview: t.exposeString('preview', {
      nullable: true,
      description: 'The start of the last public message, in plain text.',
    }),
    unreadCount: t.int({
      description:
        'Messages after the last that you have read, notes included. Whoever had read all before they wrote one has read that.',
      extensions: { isLogged: false, reads: ['id', 'messageCount'] },
      resolve: async ({ id, messageCount }, _, { load }) =>
        Math.max(0, messageCount - (await load.readUpTo(id))),
    }),
    messageCount: t.exposeInt('messageCount', { description: 'Messages so far, notes included.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When anything about it changed last.',
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      description: 'When the last message came.',
    }),
    waitingSince: t.expose('waitingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when the end-user waits for an answer.',
    }),
    handedOffAt: t.expose('handedOffAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When Fin let go; null once a human or Fin has it.',
    }),
    firstResponseAt: t.expose('firstResponseAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When an agent, a person or Fin, first answered in public.',
    }),
    endUserReadAt: t.expose('endUserReadAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Up to when the end-user has read it.',
    }),
  }),
})

/** Every conversation has an end-user, who never goes. */
function present(endUser: EndUserView | null): EndUserView {
  if (!endUser) throw new Error('A conversation has no end-user.')
  return endUser
}

findable('Conversation', Conversation, (context, id) => context.load.conversation(id))

builder.objectField(ConflictErrorType, 'conversation', (t) =>
  t.field({
    type: Conversation,
    description: 'As it is now.',
    resolve: (error) => error.conversation,
  }),
)
