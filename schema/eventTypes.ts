import type { LoggedEvent } from '../src/events/event.js'
import type { ResyncReason } from '../src/events/resume.js'
import type { ConversationStatus, HeldReplyFailure, Priority } from '../src/generated/prisma/enums.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { EndUser } from './endUser.js'
import { ConversationStatusEnum, HeldReplyFailureEnum, PriorityEnum } from './enums.js'
import { Event, type ResyncEvent } from './event.js'
import { HeldReply } from './heldReply.js'
import type { Loaders } from './loaders.js'
import { Message } from './message.js'
import { Tag } from './tag.js'
import { Team } from './team.js'

function change<Value>(event: LoggedEvent, field: string): { from: Value | null; to: Value | null } {
  return (event.changes[field] ?? { from: null, to: null }) as { from: Value; to: Value }
}

/** By their names. */
export const loggedTypes = new Map<string, ReturnType<typeof builder.objectRef<LoggedEvent>>>()

function logged(name: string) {
  const type = builder.objectRef<LoggedEvent>(name)
  loggedTypes.set(name, type)
  return type
}

const changed = { extensions: { reads: ['changes'] } }

builder.objectType(logged('ConversationOpened'), {
  description: 'A conversation began.',
  interfaces: [Event],
})

for (const [name, description] of [
  ['MessageAdded', 'A message or note was added.'],
  ['MessageEdited', 'A message or note says something else now.'],
  ['MessageDeleted', 'A message or note was deleted; what it said is in its `edits`.'],
  ['MessageRedacted', 'What a message or note said was removed from everywhere.'],
] as const) {
  builder.objectType(logged(name), {
    description,
    interfaces: [Event],
    fields: (t) => ({
      message: t.field({
        type: Message,
        nullable: true,
        description: 'The message; null when it is no longer in your sight.',
        extensions: { reads: ['messageId'] },
        resolve: ({ messageId }, _, { load }) => (messageId ? load.message(messageId) : null),
      }),
    }),
  })
}

builder.objectType(logged('AssignmentChanged'), {
  description:
    'Someone else, another team, or nobody, holds the conversation now. Of events of earlier releases `from` and `to`, or the teams, are null where they stayed.',
  interfaces: [Event],
  fields: (t) => ({
    from: t.field({
      type: Agent,
      nullable: true,
      description: 'Who held it.',
      ...changed,
      resolve: (event, _, context) => agentOf(event, 'from', context),
    }),
    to: t.field({
      type: Agent,
      nullable: true,
      description: 'Who holds it.',
      ...changed,
      resolve: (event, _, context) => agentOf(event, 'to', context),
    }),
    fromTeam: t.field({
      type: Team,
      nullable: true,
      description: 'The team that held it.',
      ...changed,
      resolve: (event, _, context) => teamOf(event, 'from', context),
    }),
    toTeam: t.field({
      type: Team,
      nullable: true,
      description: 'The team that holds it.',
      ...changed,
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
      ...changed,
      resolve: (event) => change<Status>(event, 'status').from,
    }),
    to: t.field({
      type: ConversationStatusEnum,
      nullable: true,
      description: 'Null when only the end of a snooze moved.',
      ...changed,
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
      ...changed,
      resolve: (event) => change<Urgency>(event, 'priority').from,
    }),
    to: t.field({
      type: PriorityEnum,
      nullable: true,
      description: 'What it became.',
      ...changed,
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
      ...changed,
      resolve: (event, _, { load }) => tagsBetween(load, event, 'from', 'to'),
    }),
    removed: t.field({
      type: [Tag],
      description: 'No longer on it.',
      ...changed,
      resolve: (event, _, { load }) => tagsBetween(load, event, 'to', 'from'),
    }),
  }),
})

builder.objectType(logged('AttributesChanged'), {
  description: 'Attributes were set or taken away.',
  interfaces: [Event],
  fields: (t) => ({
    names: t.stringList({
      description: 'Which; empty where an earlier release recorded the event.',
      ...changed,
      resolve: (event) => change<string[]>(event, 'attributes').to ?? [],
    }),
  }),
})

builder.objectType(logged('OtherEvent'), {
  description:
    'Something of a kind that this server does not know: a newer release wrote it, as while an upgrade is under way. Read its conversation anew.',
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
      extensions: { reads: ['endUserId'] },
      resolve: ({ endUserId }, _, { load }) => (endUserId ? load.endUser(endUserId) : null),
    }),
  }),
})

builder.objectType(logged('ReplyHeld'), {
  description:
    'Somebody is about to answer: a reply is held for some seconds. When it is sent, that is a MessageAdded.',
  interfaces: [Event],
  fields: (t) => ({
    heldReply: t.field({
      type: HeldReply,
      nullable: true,
      description: 'The reply; null when it is no longer known, or not in your sight.',
      ...changed,
      resolve: (event, _, context) => heldReplyOf(event, 'to', context),
    }),
  }),
})

builder.objectType(logged('ReplyUndone'), {
  description: 'A held reply is not sent: it is its agent’s draft again.',
  interfaces: [Event],
  fields: (t) => ({
    heldReply: t.field({
      type: HeldReply,
      nullable: true,
      description: 'The reply; null when it is no longer known, or not in your sight.',
      ...changed,
      resolve: (event, _, context) => heldReplyOf(event, 'from', context),
    }),
    failure: t.field({
      type: HeldReplyFailureEnum,
      nullable: true,
      description: 'Why it could not be sent; null: its agent took it back.',
      ...changed,
      resolve: (event) => change<HeldReplyFailure>(event, 'failure').to,
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

function heldReplyOf(event: LoggedEvent, side: Side, { load }: Context) {
  const id = change<string>(event, 'heldReplyId')[side]
  return id ? load.heldReply(id) : null
}

function teamOf(event: LoggedEvent, side: Side, { load }: Context) {
  const id = change<string>(event, 'teamId')[side]
  return id ? load.namedTeam(id) : null
}

/** The tags of one side that the other has not. */
async function tagsBetween({ namedTag }: Loaders, event: LoggedEvent, without: Side, side: Side) {
  const { [without]: others, [side]: ids } = change<string[]>(event, 'tagIds')
  const tags = await Promise.all((ids ?? []).filter((id) => !others?.includes(id)).map(namedTag))
  return tags.filter((tag) => tag !== null).sort((one, other) => one.name.localeCompare(other.name))
}
