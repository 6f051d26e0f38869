import { requireRowFilter, requireRowOrder } from '../src/conversation/listed.js'
import { isSameList, type ListChange, watchList } from '../src/conversation/watchList.js'
import { ForbiddenError } from '../src/errors.js'
import { eventCursor } from '../src/events/cursor.js'
import { publicId } from '../src/ids.js'
import { type Beginning, beginning, beginningAt } from './beginning.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { ConversationFilterInput, filterOf } from './conversationFilter.js'
import {
  ConversationConnection,
  type ConversationList,
  ConversationOrderInput,
  cursorAt,
  type ListArguments,
  listOf,
  pageOf,
} from './conversationList.js'
import { signInFirst } from './events.js'
import type { Shared } from './shared.js'

/** With the list that is followed. */
type Change = ListChange & { list: ConversationList }

const ListChangeKind = builder.enumType('ListChangeKind', {
  description: 'What a payload about a list is.',
  values: {
    SNAPSHOT: {
      description:
        'The list as it is now. `cursor` was read before it, so changes that it holds already may follow: their `revision` is not higher than the row’s.',
    },
    ENTERED: { description: 'A row came into the list.' },
    LEFT: { description: 'A row is no longer in the list.' },
    MOVED: { description: 'A row has another place in the list.' },
    CHANGED: { description: 'A row at the same place is shown anew.' },
    RESYNC: {
      description:
        'What you hold of the list is of no use: the cursor cannot be resumed, or you see other inboxes than before. Load it anew; with `snapshot: true` a SNAPSHOT follows.',
    },
  },
})

const ListPosition = builder
  .objectRef<{ list: ConversationList; at: Date; id: string }>('ListPosition')
  .implement({
    description: 'A place in a list: ordered by `at`, and by id where it is the same.',
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', description: 'The value of what the list is ordered by.' }),
      cursor: t.string({
        description: 'The same as the cursor of its edge in `conversations`.',
        resolve: ({ list, at, id }) => cursorAt(list, at, id),
      }),
    }),
  })

const ConversationsChange = builder.objectRef<Change>('ConversationsChange').implement({
  description: 'What became of a list of conversations.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ListChangeKind, description: 'What this is.' }),
    cursor: t.field({
      type: 'EventCursor',
      description: 'Its place in the log: give the last one as `after` to resume.',
      resolve: ({ position }, _, { app }) => eventCursor(app.log, position),
    }),
    revision: t.int({
      nullable: true,
      description: "The row's revision that this change made.",
      resolve: (change) => ('revision' in change ? change.revision : null),
    }),
    conversationId: t.id({
      nullable: true,
      description: 'The row, whatever became of it; null for SNAPSHOT and RESYNC.',
      resolve: (change) =>
        'conversationId' in change ? publicId('Conversation', change.conversationId) : null,
    }),
    conversation: t.field({
      type: Conversation,
      nullable: true,
      description: 'The row as it is now, never older than the change; null when it is not in your sight.',
      resolve: (change, _, { load }) =>
        'conversationId' in change ? load.conversation(change.conversationId) : null,
    }),
    position: t.field({
      type: ListPosition,
      nullable: true,
      description: 'Where it stands now; null when it does not.',
      resolve: (change) =>
        'at' in change && change.kind !== 'LEFT'
          ? { list: change.list, at: change.at, id: change.conversationId }
          : null,
    }),
    total: t.int({
      description:
        'How many rows the list holds. Counted when first asked for, then kept up with what happens.',
      resolve: ({ count }) => count.total(),
    }),
    conversations: t.connection(
      {
        type: Conversation,
        nullable: true,
        description: 'The list itself, for SNAPSHOT; go on with `conversations(after:)`. Null else.',
        resolve: ({ kind, list }, page, context) =>
          kind === 'SNAPSHOT' ? pageOf(context, list, page) : null,
      },
      ConversationConnection,
    ),
  }),
})

builder.subscriptionField('conversationsChanged', (t) =>
  t.field({
    type: ConversationsChange,
    description:
      'Rows that enter, leave and move in a list of conversations, in order, from a cursor without gap into live. Takes only what an event tells of a conversation: its inbox, status and assignee, in filters within the filter too, and its end-user beside them; the order of its last activity or its opening. For any other list poll `conversations` with `unlessSignature`.',
    args: {
      filter: t.arg({ type: ConversationFilterInput, description: 'Which; all when left out.' }),
      orderBy: t.arg({
        type: ConversationOrderInput,
        description: 'In which order: newest activity first when left out.',
      }),
      ...beginning(t),
    },
    extensions: { shared },
    subscribe: (_, args, context) => changesOf(context, args),
    resolve: (change, args, context) => ({ ...(change as ListChange), list: listOf(args, context) }),
  }),
)

const shared: Shared<ListArguments> = {
  // Of which inbox a list is does not depend on who asks, or when.
  survives: (change, { filter }) => isSameList(filterOf(filter, { actor: null, now: new Date() }), change),
  // The total.
  inTurn: true,
}

async function changesOf(context: Context, { filter, orderBy, ...from }: ListArguments & Beginning) {
  const { app, actor, before, refresh } = context
  if (!actor) throw new ForbiddenError(signInFirst, 'UNAUTHENTICATED')
  const list = listOf({ filter, orderBy }, context)
  requireRowFilter(list.filter)
  const order = requireRowOrder(list.field)
  const begins = await beginningAt(context, from)
  return watchList(app.db, app.tail, {
    ...begins,
    filter: list.filter,
    order,
    first: (begins.resumes && before) || actor,
    actor: refresh,
  })
}
