import type { ConversationFilter } from '../src/conversation/filter.js'
import { type ConversationOrderField, listConversations } from '../src/conversation/read.js'
import { countConversations } from '../src/conversation/total.js'
import { ValidationError } from '../src/errors.js'
import { type Columns, columnsRead } from '../src/execution/selected.js'
import { storedId } from '../src/ids.js'
import { builder } from './builder.js'
import { connectionOf, decodeCursor, encodeCursor, type PageArguments, sliceOf } from './connection.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { ConversationStatusEnum } from './enums.js'

export const ConversationFilterInput = builder.inputType('ConversationFilter', {
  description: 'Which conversations; all given conditions hold together.',
  fields: (t) => ({
    inboxId: t.id({ description: 'Of this inbox.' }),
    status: t.field({ type: [ConversationStatusEnum], description: 'With any of these.' }),
    assigneeId: t.id({ description: 'Held by this agent.' }),
    unassigned: t.boolean({ description: 'True: held by no agent.' }),
    endUserId: t.id({ description: 'Of this end-user.' }),
  }),
})

const OrderField = builder.enumType('ConversationOrderField', {
  description: 'What a list is ordered by.',
  values: {
    LAST_ACTIVITY: { description: 'When the last message came.' },
    CREATED: { description: 'When it was opened.' },
  },
})

const Direction = builder.enumType('OrderDirection', {
  description: 'Which way.',
  values: { ASC: { description: 'Oldest first.' }, DESC: { description: 'Newest first.' } },
})

export const ConversationOrderInput = builder.inputType('ConversationOrder', {
  description: 'The order of a list.',
  fields: (t) => ({
    field: t.field({ type: OrderField, required: true, description: 'By what.' }),
    direction: t.field({ type: Direction, required: true, description: 'Which way.' }),
  }),
})

export interface ListArguments {
  filter?: typeof ConversationFilterInput.$inferInput | null
  orderBy?: typeof ConversationOrderInput.$inferInput | null
}

const moments = { LAST_ACTIVITY: 'lastActivityAt', CREATED: 'createdAt' } as const

builder.queryField('conversation', (t) =>
  t.field({
    type: Conversation,
    nullable: true,
    description: 'One conversation; null when there is none or it is not in your sight.',
    args: { id: t.arg.id({ required: true }) },
    extensions: { isLogged: true },
    resolve: (_, { id }, { load }, info) => {
      const uuid = storedId('Conversation', id)
      return uuid ? load.conversation(uuid, columnsRead(info, '')) : null
    },
  }),
)

export const ConversationConnection = builder.connectionObject(
  {
    type: Conversation,
    name: 'ConversationConnection',
    fields: (t) => ({
      totalCount: t.int({
        description: 'How many conversations the whole list holds. Exact, and cheap: it is kept.',
        resolve: (connection) => (connection as unknown as Counted).total(),
      }),
    }),
  },
  { name: 'ConversationEdge' },
)

interface Counted {
  total(): Promise<number>
}

builder.queryField('conversations', (t) =>
  t.connection(
    {
      type: Conversation,
      description:
        'The conversations in your sight, newest activity first unless told otherwise. Pages of 1 to 100, 25 by default.',
      args: {
        filter: t.arg({ type: ConversationFilterInput }),
        orderBy: t.arg({ type: ConversationOrderInput }),
      },
      extensions: { isLogged: true },
      resolve: (_, args, context, info) =>
        pageOf(context, listOf(args), args, columnsRead(info, 'nodes', 'edges.node')),
    },
    ConversationConnection,
  ),
)

/** A list of conversations as a client asks for it. */
export interface ConversationList {
  /** Null when it names something by a malformed id: nothing is there. */
  filter: ConversationFilter | null
  field: ConversationOrderField
  descending: boolean
}

export function listOf({ filter, orderBy }: ListArguments): ConversationList {
  return {
    filter: filterOf(filter),
    field: orderBy?.field ?? 'LAST_ACTIVITY',
    descending: orderBy?.direction !== 'ASC',
  }
}

/** A page of a list, as far as it is in the actor's sight. */
export async function pageOf(
  { app, actor }: Context,
  list: ConversationList,
  args: PageArguments,
  read: Columns = null,
) {
  const { filter, field, descending } = list
  const slice = sliceOf(args)
  const page = {
    field,
    descending: descending !== slice.backwards,
    after:
      slice.beyond === null
        ? null
        : keyOf(orderName(list), slice.beyond, slice.backwards ? 'before' : 'after'),
    limit: slice.limit + 1,
  }
  const rows = actor && filter ? await listConversations(app.db, actor, filter, page, read) : []
  return {
    ...connectionOf(rows, slice, (row) => cursorIn(list, row[moments[field]], row.id)),
    total: async () => (actor && filter ? countConversations(app.db, actor, filter) : 0),
  }
}

/** The cursor of a place in a list. */
export function cursorIn(list: ConversationList, at: Date, id: string): string {
  return encodeCursor(orderName(list), at.getTime(), id)
}

function orderName({ field, descending }: ConversationList): string {
  return `conversations ${field} ${descending}`
}

/** Null when an id is malformed: nothing is there. */
function filterOf(filter: ListArguments['filter']): ConversationFilter | null {
  if (!filter) return {}
  if (filter.assigneeId != null && filter.unassigned) {
    throw new ValidationError(
      'filter.unassigned',
      'Nobody is assigned and unassigned at once: give `assigneeId` or `unassigned`.',
    )
  }
  const { status, unassigned } = filter
  const ids: ConversationFilter = {}
  for (const [key, type] of [
    ['inboxId', 'Inbox'],
    ['assigneeId', 'Agent'],
    ['endUserId', 'EndUser'],
  ] as const) {
    const id = filter[key]
    if (id == null) continue
    const uuid = storedId(type, id)
    if (!uuid) return null
    ids[key] = uuid
  }
  return { ...ids, status, unassigned }
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

function keyOf(order: string, cursor: string, field: string): { at: Date; id: string } {
  const [at, id] = decodeCursor(order, cursor, field)
  const moment = new Date(Number(at))
  if (!id || !uuidPattern.test(id) || !(moment.getTime() >= 0)) {
    throw new ValidationError(field, 'This cursor is damaged. Start again without it.')
  }
  return { at: moment, id }
}
