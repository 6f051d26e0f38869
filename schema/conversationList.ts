import { createHash } from 'node:crypto'
import type { GraphQLResolveInfo } from 'graphql'
import type { ConversationFilter } from '../src/conversation/filter.js'
import { type ConversationOrderField, orders } from '../src/conversation/order.js'
import { type ConversationView, listConversations } from '../src/conversation/read.js'
import { countConversations, type Total } from '../src/conversation/total.js'
import { ValidationError } from '../src/errors.js'
import { type Columns, columnsRead, isSelected, withColumns } from '../src/execution/selected.js'
import { builder } from './builder.js'
import { connectionOf, decodeCursor, encodeCursor, type PageArguments, sliceOf } from './connection.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import { type ConversationFilterInput, filterOf } from './conversationFilter.js'

export const OrderField = builder.enumType('ConversationOrderField', {
  description: 'What a list is ordered by.',
  values: {
    LAST_ACTIVITY: { description: 'When the last message came.' },
    CREATED: { description: 'When it was opened.' },
    WAITING_SINCE: {
      description:
        'Since when its end-user waits: ASC has who waits longest first, and who does not wait behind all; DESC the other way round.',
    },
    SNOOZED_UNTIL: {
      description:
        'When it wakes: ASC has the soonest first, and what does not wake behind all; DESC the other way round. For lists of the status SNOOZED; any other is read whole for each page.',
    },
    PRIORITY: {
      description: 'How urgent it is, then when the last message came: DESC has the most urgent first.',
    },
  },
})

export const Direction = builder.enumType('OrderDirection', {
  description: 'Which way.',
  values: {
    ASC: { description: 'Oldest or lowest first.' },
    DESC: { description: 'Newest or highest first.' },
  },
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

export const ConversationConnection = builder.connectionObject(
  {
    type: Conversation,
    name: 'ConversationConnection',
    fields: (t) => ({
      totalCount: t.int({
        description:
          'How many conversations the whole list holds. By inbox, status and assignee it is kept, so exact and cheap; other lists are counted up to 10,000.',
        resolve: async (connection) => (await pageIn(connection).total()).rows,
      }),
      isTotalCountExact: t.boolean({
        description: 'False: the list holds more conversations than `totalCount` says.',
        resolve: async (connection) => (await pageIn(connection).total()).isExact,
      }),
      signature: t.string({
        description:
          'Tells this page from any other: another one when a conversation has come, gone, moved, has a higher `revision`, or is another end-user’s. It says nothing of what is kept elsewhere, such as names and what you have read. Give it as `unlessSignature`.',
        resolve: (connection) => pageIn(connection).signature(),
      }),
      isUnchanged: t.boolean({
        description:
          'True: the page has the signature that `unlessSignature` gave, and its rows are left out.',
        resolve: (connection) => pageIn(connection).isUnchanged,
      }),
    }),
  },
  { name: 'ConversationEdge' },
)

interface Page {
  total(): Promise<Total>
  signature(): string
  isUnchanged: boolean
}

const pageIn = (connection: unknown) => connection as Page

/** A list of conversations as a client asks for it. */
export interface ConversationList {
  filter: ConversationFilter
  field: ConversationOrderField
  descending: boolean
}

export function listOf(
  { filter, orderBy }: ListArguments,
  { app, actor }: Pick<Context, 'app' | 'actor'>,
): ConversationList {
  return {
    filter: filterOf(filter, { actor, now: app.db.clock.now() }),
    field: orderBy?.field ?? 'LAST_ACTIVITY',
    descending: orderBy?.direction !== 'ASC',
  }
}

/** An argument of a field that gives a page of a list. */
export const unlessSignature = {
  description: 'The `signature` of the page that you have: if it is still this one, its rows are left out.',
}

/** What a document asks of a page. */
export function askedOf(info: GraphQLResolveInfo, signature: string | null | undefined): Asked {
  return {
    read: columnsRead(info, 'nodes', 'edges.node'),
    isSigned: isSelected(info, 'signature'),
    unlessSignature: signature,
  }
}

const nothing: Columns = new Set()

interface Asked {
  /** The columns that are read of its rows; all when left out. */
  read?: Columns
  /** Whether its signature is asked for. */
  isSigned?: boolean
  unlessSignature?: string | null
}

/** A page of a list, as far as it is in the actor's sight. */
export async function pageOf(
  { app, actor }: Context,
  list: ConversationList,
  args: PageArguments,
  { read = null, isSigned = true, unlessSignature }: Asked = {},
) {
  const { filter, field, descending } = list
  const slice = sliceOf(args)
  const page = {
    field,
    descending: descending !== slice.backwards,
    after: slice.beyond === null ? null : placeIn(list, slice.beyond, slice.backwards ? 'before' : 'after'),
    limit: slice.limit + 1,
  }
  const ordered = orders[field].keys.map(({ column }) => column)
  const find = (columns: Columns) =>
    actor ? listConversations(app.db, actor, filter, page, columns) : Promise.resolve([])
  let total: Promise<Total> | undefined
  const connect = (rows: ConversationView[]) => ({
    ...connectionOf(rows, slice, (row) => cursorOf(list, row)),
    total() {
      total ??= actor
        ? countConversations(app.db, actor, filter)
        : Promise.resolve({ rows: 0, isExact: true })
      return total
    },
    signature: () => signatureOf(rows),
    isUnchanged: false,
  })

  if (unlessSignature != null) {
    const rows = await find(withColumns(nothing, [...signed, ...ordered]))
    // What was read is enough for the page's own cursors.
    if (signatureOf(rows) === unlessSignature) return { ...connect(rows), edges: [], isUnchanged: true }
  }
  return connect(await find(withColumns(read, isSigned ? [...signed, ...ordered] : ordered)))
}

/** A merge of end-users leaves the revision as it is. */
const signed = ['revision', 'endUserId'] as const

/** The page by its rows, the one that tells whether there are more among them. */
function signatureOf(rows: readonly ConversationView[]): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(`${row.id} ${signed.map((column) => row[column]).join(' ')} `)
  return hash.digest('base64url').slice(0, 22)
}

function cursorOf(list: ConversationList, row: ConversationView): string {
  const values = orders[list.field].keys.map(({ column, write }) => write(row[column] as never))
  return encodeCursor(orderName(list), ...values, row.id)
}

/** The cursor of a place in a list that can be followed. */
export function cursorAt(list: ConversationList, at: Date, id: string): string {
  return encodeCursor(orderName(list), at.getTime(), id)
}

function orderName({ field, descending }: ConversationList): string {
  return `conversations ${field} ${descending}`
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** What stands in a cursor: the values of the order's keys, and the id. */
function placeIn(list: ConversationList, cursor: string, field: string): unknown[] {
  const texts = decodeCursor(orderName(list), cursor, field)
  const { keys } = orders[list.field]
  const values = keys.map(({ read }, index) => read(texts[index] ?? ''))
  const id = texts[keys.length] ?? ''
  if (values.includes(undefined) || !uuidPattern.test(id)) {
    throw new ValidationError(field, 'This cursor is damaged. Start again without it.')
  }
  return [...values, id]
}
