import { ForbiddenError } from '../src/errors.js'
import { eventCursor, eventPosition } from '../src/events/cursor.js'
import type { LoggedEvent, LoggedType } from '../src/events/event.js'
import { follow } from '../src/events/follow.js'
import { newestPosition, readableSpan, readInboxEvents } from '../src/events/read.js'
import { resume } from '../src/events/resume.js'
import { oneByOne } from '../src/events/stoppable.js'
import { storedId } from '../src/ids.js'
import { beginningAt } from './beginning.js'
import { builder } from './builder.js'
import { connectionOf, type Slice, sliceOf } from './connection.js'
import type { Context } from './context.js'
import { type AnyEvent, Event, EventTypeEnum, resyncEvent } from './event.js'
import type { Shared } from './shared.js'

const Filter = builder.inputType('EventFilter', {
  description: 'Which events; all given conditions hold together.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], description: 'Of these kinds.' }),
    inboxId: t.id({ description: 'Of this inbox.' }),
    conversationId: t.id({ description: 'Of this conversation.' }),
  }),
})

builder.queryField('eventCursor', (t) =>
  t.field({
    type: 'EventCursor',
    nullable: true,
    description:
      'Where the log stands now. Ask for it before your lists, then follow `events(after:)` from it: nothing falls between. Null without a token.',
    resolve: async (_, __, { app, actor }) => actor && eventCursor(app.log, await newestPosition(app.db)),
  }),
)

const EventConnection = builder.connectionObject(
  { type: Event, name: 'EventConnection' },
  { name: 'EventEdge' },
)

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'The event log from the oldest on, or after a cursor, as far as it is in your sight. Pages of 1 to 100, 25 by default. A cursor that cannot be resumed gives one Resync.',
    args: {
      after: t.arg({ type: 'EventCursor', description: 'The last one you saw.' }),
      first: t.arg.int({ description: 'How many.' }),
      filter: t.arg({ type: Filter, description: 'Which; all when left out.' }),
    },
    resolve: async (_, { after, first, filter }, { app, actor }) => {
      const slice = sliceOf({ first, after })
      const rows = actor ? await eventsAfter(app, actor.inboxIds, slice, wantedBy(filter)) : []
      return connectionOf<AnyEvent>(rows, slice, (event) => eventCursor(app.log, event.position))
    },
  }),
)

const batchSize = 200

async function eventsAfter(
  app: Context['app'],
  inboxIds: readonly string[],
  slice: Slice,
  wants: (event: LoggedEvent) => boolean,
): Promise<AnyEvent[]> {
  const cursor = slice.beyond ?? eventCursor(app.log, (await readableSpan(app.db)).after)
  const found: LoggedEvent[] = []
  for (let position = eventPosition(app.log, cursor); position !== null && found.length <= slice.limit; ) {
    const batch = await readInboxEvents(app.db, inboxIds, position, batchSize)
    found.push(...batch.filter(wants))
    if (batch.length < batchSize) break
    position = batch.at(-1)?.position ?? position
  }
  // Asked after the reading: nothing that was read can have left the feed before.
  const { position, lost } = await resume(app.db, app.log, cursor)
  return lost ? [resyncEvent(position, lost, app.db.clock.now())] : found
}

builder.subscriptionField('events', (t) =>
  t.field({
    type: Event,
    description:
      'What happens, in order, from a cursor without gap into live; from now on when it is left out. A cursor that cannot be resumed gives a Resync first.',
    args: {
      after: t.arg({ type: 'EventCursor', description: 'The last one you saw.' }),
      filter: t.arg({ type: Filter, description: 'Which; all when left out.' }),
    },
    extensions: { shared },
    subscribe: (_, { after, filter }, context) => eventStream(context, after, wantedBy(filter)),
    resolve: (event) => event as AnyEvent,
  }),
)

const shared: Shared<object> = { survives: () => true }

export const signInFirst = 'Sign in first: give the token in `connectionParams.authorization`.'

async function eventStream(
  context: Context,
  after: string | null | undefined,
  wants: (event: LoggedEvent) => boolean,
): Promise<AsyncIterable<AnyEvent>> {
  const { app, actor, refresh, passed } = context
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  const { position, lost } = (await beginningAt(context, { after })).start
  const events = follow(app.db, app.tail, { after: position, wants, actor: refresh, passed })
  return oneByOne<AnyEvent>(events, lost ? [resyncEvent(position, lost, app.db.clock.now())] : [])
}

function wantedBy(filter: typeof Filter.$inferInput | null | undefined): (event: LoggedEvent) => boolean {
  const types = filter?.types && new Set<LoggedType | 'RESYNC'>(filter.types)
  const inboxId = filter?.inboxId == null ? null : (storedId('Inbox', filter.inboxId) ?? 'none')
  const conversationId =
    filter?.conversationId == null ? null : (storedId('Conversation', filter.conversationId) ?? 'none')
  return (event) =>
    (!types || types.has(event.type)) &&
    (!inboxId || event.inboxId === inboxId) &&
    (!conversationId || event.conversationId === conversationId)
}
