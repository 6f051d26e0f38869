import { timelineTypes } from '../src/conversation/timeline.js'
import type { LoggedEvent } from '../src/events/event.js'
import { columnsRead } from '../src/execution/selected.js'
import type { MessageView } from '../src/message/read.js'
import { builder } from './builder.js'
import { connectionOf, encodeCursor, rangeOf, sliceOf } from './connection.js'
import { Conversation } from './conversation.js'
import { Event, typenames } from './event.js'
import { loggedTypes } from './eventTypes.js'
import { Message } from './message.js'

const names = new Set(timelineTypes.map((type) => typenames[type]))

const TimelineEntry = builder.unionType('TimelineEntry', {
  description:
    'What happened in a conversation: a message, or another event. `... on Event` selects what all events have.',
  types: [
    Message,
    ...[...loggedTypes].flatMap(([name, type]) =>
      names.has(name) && name !== typenames.MESSAGE_ADDED ? [type] : [],
    ),
  ],
  resolveType: (entry: LoggedEvent | MessageView) =>
    'type' in entry && entry.type !== 'MESSAGE_ADDED' ? typenames[entry.type] : 'Message',
})

const order = 'timeline'

builder.objectField(Conversation, 'timeline', (t) =>
  t.connection(
    {
      type: TimelineEntry,
      description:
        'Its messages and all other events, in the order in which they happened; notes for those who see notes. `last: 50` for the newest, then `before` for older ones. Pages of 1 to 100, 25 by default.',
      extensions: { reads: ['id'] },
      resolve: async (conversation, args, { load }, info) => {
        const slice = sliceOf(args)
        const rows = await load.timeline({
          conversationId: conversation.id,
          range: rangeOf(order, slice, Number.MAX_SAFE_INTEGER),
          read: columnsRead(info, 'nodes', 'edges.node', 'edges.event'),
        })
        return connectionOf(rows, slice, ({ eventId }) => encodeCursor(order, eventId))
      },
    },
    { name: 'TimelineConnection' },
    {
      name: 'TimelineEdge',
      fields: (t) => ({
        event: t.field({
          type: Event,
          description:
            'What the log has of it: who did it, through which API, and the `revision` by which a stream tells of it. Of a message it is its MessageAdded.',
          resolve: ({ node }) => node as LoggedEvent,
        }),
      }),
    },
  ),
)
