import { eventCursor } from '../src/events/cursor.js'
import { type EventCause, eventCauses, type LoggedEvent, type LoggedType } from '../src/events/event.js'
import type { ResyncReason } from '../src/events/resume.js'
import { columnsRead } from '../src/execution/selected.js'
import { publicId } from '../src/ids.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { OriginApiEnum } from './enums.js'
import { FinIntegration } from './finIntegration.js'

/** The cursor that was given cannot be resumed; this is where the log stands now. */
export interface ResyncEvent {
  type: 'RESYNC'
  position: number
  reason: ResyncReason
  occurredAt: Date
  isBeginning: true
}

export function resyncEvent(position: number, reason: ResyncReason, occurredAt: Date): ResyncEvent {
  return { type: 'RESYNC', position, reason, occurredAt, isBeginning: true }
}

export type AnyEvent = LoggedEvent | ResyncEvent

/** The object type of each kind of event. */
export const typenames: Record<LoggedType | 'RESYNC', string> = {
  CONVERSATION_OPENED: 'ConversationOpened',
  MESSAGE_ADDED: 'MessageAdded',
  MESSAGE_EDITED: 'MessageEdited',
  MESSAGE_DELETED: 'MessageDeleted',
  MESSAGE_REDACTED: 'MessageRedacted',
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
  REPLY_HELD: 'ReplyHeld',
  REPLY_UNDONE: 'ReplyUndone',
  OTHER: 'OtherEvent',
  RESYNC: 'Resync',
}

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'The kind of an event; each has an object type of its own.',
  values: Object.fromEntries(
    Object.entries(typenames).map(([type, name]) => [type, { description: `It is shown as \`${name}\`.` }]),
  ) as Record<LoggedType | 'RESYNC', { description: string }>,
})

const EventCauseEnum = builder.enumType('EventCause', {
  description: 'Why something was changed that nobody asked for by itself.',
  values: {
    TOOK_OVER: { description: 'An agent answered what Fin or nobody held.' },
    AND_THEN: { description: 'An agent asked for it with a reply or note.' },
    END_USER_WROTE: { description: 'The end-user wrote: what was done or put aside is open again.' },
    SNOOZE_ENDED: { description: 'The time to wake had come.' },
    HANDED_OFF: { description: 'Fin let go.' },
    HANDED_BACK: { description: 'An agent gave it back to Fin.' },
  } satisfies Record<EventCause, object>,
})

const causes = new Set<string | null>(eventCauses)

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
      description:
        'Its place in the log: resume after it. In a timeline, one that the log has not placed yet is told again, and one that it no longer keeps gives a Resync.',
      extensions: { reads: ['position'] },
      resolve: (event, _, { app }) => eventCursor(app.log, event.position),
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'Its kind.' }),
    actor: t.field({
      type: ActorUnion,
      nullable: true,
      description: 'Who did it; null: Graphdesk itself.',
      extensions: { reads: ['actorKind', 'actorId', 'inboxId'] },
      resolve: (event, _, context) => actorOf(event, context),
    }),
    origin: t.field({
      type: Origin,
      description: 'Through which API.',
      extensions: { reads: ['origin', 'integrationId'] },
      resolve: (event) => event,
    }),
    cause: t.field({
      type: EventCauseEnum,
      nullable: true,
      description: 'Why, when it came with another change; null: it was asked for by itself.',
      extensions: { reads: ['cause'] },
      resolve: (event) => ('cause' in event && causes.has(event.cause) ? (event.cause as EventCause) : null),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When.' }),
    revision: t.int({
      nullable: true,
      description: "The conversation's revision that this event made.",
      extensions: { reads: ['revision'] },
      resolve: (event) => ('revision' in event ? event.revision : null),
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The conversation; null when there is none or it is no longer in your sight.',
      extensions: { reads: ['conversationId'] },
      resolve: (event, _, { load }, info) =>
        'conversationId' in event && event.conversationId
          ? load.conversation(event.conversationId, columnsRead(info, ''))
          : null,
    }),
  }),
})

async function actorOf(event: AnyEvent, { app, actor, load }: Context) {
  if (!('actorKind' in event) || !event.actorId) return null
  if (event.actorKind === 'AGENT') return load.namedAgent(event.actorId)
  if (event.actorKind !== 'INTEGRATION' || !actor?.inboxIds.includes(event.inboxId)) return null
  return app.db.prisma.finIntegration.findUnique({ where: { id: event.actorId } })
}
