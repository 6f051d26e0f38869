import { findConversations } from '../src/conversation/read.js'
import { type Sighting, watchConversation } from '../src/conversation/watch.js'
import { ForbiddenError, NotFoundError } from '../src/errors.js'
import { eventCursor } from '../src/events/cursor.js'
import type { LoggedEvent } from '../src/events/event.js'
import { storedId } from '../src/ids.js'
import { type Beginning, beginning, beginningAt } from './beginning.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { Event } from './event.js'
import { signInFirst } from './events.js'
import { Message } from './message.js'
import type { Shared } from './shared.js'

const UpdateKind = builder.enumType('UpdateKind', {
  description: 'What a payload about one conversation is.',
  values: {
    SNAPSHOT: {
      description:
        'As it is now. `cursor` was read before it, so events that it holds already may follow: their `revision` is not higher.',
    },
    EVENT: { description: 'Something happened.' },
    RESYNC: {
      description:
        'The cursor cannot be resumed, as after a restore. Load anew what you hold; with `snapshot: true` a SNAPSHOT follows.',
    },
    LOST: { description: 'It is no longer in your sight. Nothing follows.' },
  },
})

const described = {
  kind: 'What this is.',
  cursor: 'Its place in the log: give the last one as `after` to resume.',
  revision: "The conversation's revision: the snapshot's, or that which the event made.",
  conversation: 'As it is now, never older than the event; null when it is no longer in your sight.',
}

const ConversationUpdate = builder.objectRef<Sighting>('ConversationUpdate').implement({
  description: 'Something about a conversation that you watch.',
  fields: (t) => ({
    kind: t.expose('kind', { type: UpdateKind, description: described.kind }),
    cursor: t.field({ type: 'EventCursor', description: described.cursor, resolve: cursorOf }),
    revision: t.int({ nullable: true, description: described.revision, resolve: revisionOf }),
    event: t.field({
      type: Event,
      nullable: true,
      description: 'What happened, when it is an EVENT.',
      resolve: eventOf,
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: described.conversation,
      resolve: conversationOf,
    }),
  }),
})

const MessageUpdate = builder.objectRef<Sighting>('MessageUpdate').implement({
  description: 'A message that was added to a conversation that you watch.',
  fields: (t) => ({
    kind: t.expose('kind', { type: UpdateKind, description: described.kind }),
    cursor: t.field({ type: 'EventCursor', description: described.cursor, resolve: cursorOf }),
    revision: t.int({ nullable: true, description: described.revision, resolve: revisionOf }),
    message: t.field({
      type: Message,
      nullable: true,
      description: 'The message, when it is an EVENT; null when it is not in your sight.',
      resolve: (update, _, { load }) => {
        const id = eventOf(update)?.messageId
        return id ? load.message(id) : null
      },
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: described.conversation,
      resolve: conversationOf,
    }),
  }),
})

builder.subscriptionField('conversationUpdated', (t) =>
  t.field({
    type: ConversationUpdate,
    description:
      'Every event of one conversation, in order, from a cursor without gap into live; from now on when it is left out.',
    args: { id: t.arg.id({ required: true, description: 'The conversation.' }), ...beginning(t) },
    extensions: { shared },
    subscribe: (_, { id, ...from }, context) => sightings(context, id, from, () => true),
    resolve: (sighting) => sighting as Sighting,
  }),
)

builder.subscriptionField('messageAdded', (t) =>
  t.field({
    type: MessageUpdate,
    description:
      'The messages and notes that are added to one conversation, in order, from a cursor without gap into live; from now on when it is left out.',
    args: { conversationId: t.arg.id({ required: true, description: 'The conversation.' }), ...beginning(t) },
    extensions: { shared },
    subscribe: (_, { conversationId, ...from }, context) =>
      sightings(context, conversationId, from, ({ type }) => type === 'MESSAGE_ADDED'),
    resolve: (sighting) => sighting as Sighting,
  }),
)

/** Which inbox a conversation is in cannot be told from its id: what is lost of any may be its. */
const shared: Shared<object> = {
  survives: ({ before, now }) => before.inboxIds.every((id) => now.inboxIds.includes(id)),
}

async function sightings(
  context: Context,
  id: string,
  from: Beginning,
  wants: (event: LoggedEvent) => boolean,
) {
  const { app, actor, before, refresh } = context
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  // Before the conversation: what happens in between comes as an event.
  const begins = await beginningAt(context, from)
  const uuid = storedId('Conversation', id)
  // One who had it in sight until then is told that it is lost.
  const asking = (begins.resumes && before) || actor
  const [conversation] = uuid ? await findConversations(app.db, asking, [uuid]) : []
  if (!conversation) throw new NotFoundError('Conversation')
  return watchConversation(app.db, app.tail, { ...begins, conversation, wants, actor: refresh })
}

function cursorOf({ position }: Sighting, _: object, { app }: Context): string {
  return eventCursor(app.log, position)
}

function eventOf(update: Sighting): LoggedEvent | null {
  return update.kind === 'EVENT' ? update.event : null
}

function revisionOf(update: Sighting): number | null {
  return update.kind === 'SNAPSHOT' ? update.conversation.revision : (eventOf(update)?.revision ?? null)
}

function conversationOf(update: Sighting, _: object, { load }: Context) {
  return update.kind === 'SNAPSHOT' ? update.conversation : load.conversation(update.conversationId)
}
