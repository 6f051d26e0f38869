import type { App } from '../src/app.js'
import { eventCursor } from '../src/events/cursor.js'
import type { EventType, LoggedEvent } from '../src/events/event.js'
import type { ResyncReason } from '../src/events/resume.js'
import type { ConversationStatus, Priority } from '../src/generated/prisma/enums.js'
import { publicId } from '../src/ids.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { EndUser } from './endUser.js'
import { ConversationStatusEnum, OriginApiEnum, PriorityEnum } from './enums.js'
import { FinIntegration } from './finIntegration.js'
import { Message } from './message.js'
import { Tag } from './tag.js'
import { Team } from './team.js'

/** The cursor that was given cannot be resumed; this is where the log stands now. */
export interface ResyncEvent {
  type: 'RESYNC'
  position: number
  reason: ResyncReason
  occurredAt: Date
}

export function resyncEvent(position: number, reason: ResyncReason, occurredAt: Date): ResyncEvent {
  return { type: 'RESYNC', position, reason, occurredAt }
}

export type AnyEvent = LoggedEvent | ResyncEvent

/** The object type of each kind of event. */
const typenames: Record<EventType | 'RESYNC', string> = {
  CONVERSATION_OPENED: 'ConversationOpened',
  MESSAGE_ADDED: 'MessageAdded',
  ASSIGNMENT_CHANGED: 'AssignmentChanged',
  STATUS_CHANGED: 'StatusChanged',
  TITLE_CHANGED: 'TitleChanged',
  PRIORITY_CHANGED: 'PriorityChanged',
  TAGS_CHANGED: 'TagsChanged',
  ATTRIBUTES_CHANGED: 'AttributesChanged',
  HANDED_OFF: 'HandedOff',
  HANDED_BACK_TO_FIN: 'HandedBackToFin',
  END_USER_READ: 'EndUserRead',
  END_USER_CHANGED: 'EndUserChanged',
  RESYNC: 'Resync',
}

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'The kind of an event; each has an object type of its own.',
  values: Object.keys(typenames) as (EventType | 'RESYNC')[],
})

const Origin = builder.objectRef<AnyEvent>('Origin').implement({
  description: 'Through which API a change came.',
  fields: (t) => ({
    api: t.field({
      type: OriginApiEnum,
      description: 'The API.',
      resolve: (event) => ('origin' in event ? event.origin : 'SYSTEM'),
    }),
    integrationId: t.id({
      nullable: true,
      description: 'The integration, when it was one: `fin_…`.',
      resolve: (event) =>
        'integrationId' in event && event.integrationId
          ? publicId('FinIntegration', event.integrationId)
          : null,
    }),
  }),
})

const ActorUnion = builder.unionType('Actor', {
  description: 'Who did something.',
  types: [Agent, FinIntegration],
  resolveType: (actor) => ('isBot' in actor ? Agent : FinIntegration),
})

export const Event = builder.interfaceRef<AnyEvent>('Event').implement({
  description: 'One recorded change. What it names is shown as it is now, never older than the event.',
  resolveType: (event) => typenames[event.type],
  fields: (t) => ({
    cursor: t.field({
      type: 'EventCursor',
      description: 'Its place in the log: resume after it.',
      resolve: (event, _, { app }) => eventCursor(app.log, event.position),
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'Its kind.' }),
    actor: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'Who did it; null: Graphdesk itself.',
      resolve: (event, _, context) => actorOf(event, context),
    }),
    origin: t.field({ type: Origin, description: 'Through which API.', resolve: (event) => event }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
    revision: t.int({
      nullable: true,
      description: "The conversation's revision that this event made.",
      resolve: (event) => ('revision' in event ? event.revision : null),
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation; null when there is none or it is no longer in your sight.',
      resolve: (event, _, { load }) =>
        'conversationId' in event && event.conversationId ? load.conversation(event.conversationId) : null,
    }),
  }),
})

async function actorOf(event: AnyEvent, { app, actor, load }: Context) {
  if (!('actorKind' in event) || !event.actorId) return null
  if (event.actorKind === 'AGENT') return load.namedAgent(event.actorId)
  if (event.actorKind !== 'INTEGRATION' || !actor?.inboxIds.includes(event.inboxId)) return null
  return app.db.prisma.finIntegration.findUnique({ where: { id: event.actorId } })
}

function change<Value>(event: LoggedEvent, field: string): { from: Value | null; to: Value | null } {
  return (event.changes[field] ?? { from: null, to: null }) as { from: Value; to: Value }
}

const logged = (name: string) => builder.objectRef<LoggedEvent>(name)

builder.objectType(logged('ConversationOpened'), {
  description: 'A conversation began.',
  interfaces: [Event],
})

builder.objectType(logged('MessageAdded'), {
  description: 'A message or note was added.',
  interfaces: [Event],
  fields: (t) => ({
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message; null when it is no longer in your sight.',
      resolve: ({ messageId }, _, { load }) => (messageId ? load.message(messageId) : null),
    }),
  }),
})

builder.objectType(logged('AssignmentChanged'), {
  description: 'Someone else, or nobody, holds the conversation now.',
  interfaces: [Event],
  fields: (t) => ({
    from: t.field({
      type: Agent,
      nullable: true,
      description: 'Who held it.',
      resolve: (event, _, context) => agentOf(event, 'from', context),
    }),
    to: t.field({
      type: Agent,
      nullable: true,
      description: 'Who holds it.',
      resolve: (event, _, context) => agentOf(event, 'to', context),
    }),
    fromTeam: t.field({
      type: Team,
      nullable: true,
      description: 'The team that held it.',
      resolve: (event, _, context) => teamOf(event, 'from', context),
    }),
    toTeam: t.field({
      type: Team,
      nullable: true,
      description: 'The team that holds it.',
      resolve: (event, _, context) => teamOf(event, 'to', context),
    }),
  }),
})

builder.objectType(logged('StatusChanged'), {
  description:
    'The conversation was opened, snoozed, resolved, closed or ended; or a snooze got another end.',
  interfaces: [Event],
  fields: (t) => ({
    from: t.field({
      type: ConversationStatusEnum,
      nullable: true,
      description: 'Null when only the end of a snooze moved.',
      resolve: (event) => change<Status>(event, 'status').from,
    }),
    to: t.field({
      type: ConversationStatusEnum,
      nullable: true,
      description: 'Null when only the end of a snooze moved.',
      resolve: (event) => change<Status>(event, 'status').to,
    }),
  }),
})

builder.objectType(logged('TitleChanged'), { description: 'The title changed.', interfaces: [Event] })

builder.objectType(logged('PriorityChanged'), {
  description: 'The priority changed.',
  interfaces: [Event],
  fields: (t) => ({
    from: t.field({
      type: PriorityEnum,
      nullable: true,
      description: 'What it was.',
      resolve: (event) => change<Urgency>(event, 'priority').from,
    }),
    to: t.field({
      type: PriorityEnum,
      nullable: true,
      description: 'What it became.',
      resolve: (event) => change<Urgency>(event, 'priority').to,
    }),
  }),
})

builder.objectType(logged('TagsChanged'), {
  description: 'Tags were added or taken away.',
  interfaces: [Event],
  fields: (t) => ({
    added: t.field({
      type: [Tag],
      description: 'New on it.',
      resolve: (event, _, { app }) => tagsBetween(app, event, 'from', 'to'),
    }),
    removed: t.field({
      type: [Tag],
      description: 'No longer on it.',
      resolve: (event, _, { app }) => tagsBetween(app, event, 'to', 'from'),
    }),
  }),
})

builder.objectType(logged('AttributesChanged'), {
  description: 'The attributes changed.',
  interfaces: [Event],
})

builder.objectType(logged('HandedOff'), {
  description: 'Fin let go: the conversation waits for a human.',
  interfaces: [Event],
})

builder.objectType(logged('HandedBackToFin'), {
  description: 'An agent gave the conversation back to Fin.',
  interfaces: [Event],
})

builder.objectType(logged('EndUserRead'), {
  description: 'The end-user has read further.',
  interfaces: [Event],
})

builder.objectType(logged('EndUserChanged'), {
  description: 'Something became known of an end-user.',
  interfaces: [Event],
  fields: (t) => ({
    endUser: t.field({
      type: EndUser,
      nullable: true,
      description: 'The end-user.',
      resolve: ({ endUserId }, _, { load }) => (endUserId ? load.endUser(endUserId) : null),
    }),
  }),
})

const ResyncReasonEnum = builder.enumType('ResyncReason', {
  description: 'Why a cursor cannot be resumed.',
  values: {
    EXPIRED: { description: 'Events after it are no longer kept in the log.' },
    AHEAD: { description: 'The log has not come that far, as after a backup was restored.' },
    FOREIGN: { description: 'It is of another log, as before a restore.' },
    MALFORMED: { description: 'It is not a cursor of any log.' },
  } satisfies Record<ResyncReason, object>,
})

builder.objectType(builder.objectRef<ResyncEvent>('Resync'), {
  description:
    'The cursor cannot be resumed. Load your lists anew; the events that follow come after `cursor`.',
  interfaces: [Event],
  fields: (t) => ({
    reason: t.expose('reason', { type: ResyncReasonEnum, description: 'Why.' }),
  }),
})

type Status = keyof typeof ConversationStatus
type Urgency = keyof typeof Priority
type Side = 'from' | 'to'

function agentOf(event: LoggedEvent, side: Side, { load }: Context) {
  const id = change<string>(event, 'assigneeId')[side]
  return id ? load.namedAgent(id) : null
}

function teamOf(event: LoggedEvent, side: Side, { load }: Context) {
  const id = change<string>(event, 'teamId')[side]
  return id ? load.namedTeam(id) : null
}

/** The tags of one side that the other has not. */
function tagsBetween(app: App, event: LoggedEvent, without: Side, side: Side) {
  const { [without]: others, [side]: ids } = change<string[]>(event, 'tagIds')
  const id = (ids ?? []).filter((one) => !others?.includes(one))
  return app.db.prisma.tag.findMany({ where: { id: { in: id } }, orderBy: { name: 'asc' } })
}
