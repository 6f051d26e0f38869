import { coerceInputValue, type GraphQLInputType, type GraphQLSchema } from 'graphql'
import type { GivenFilter } from '../src/conversation/givenFilter.js'
import { type ConversationOrderField, orders } from '../src/conversation/order.js'
import { countConversations } from '../src/conversation/total.js'
import type { View as SavedView } from '../src/generated/prisma/client.js'
import { findView, viewsOf } from '../src/view/access.js'
import { type BuiltInView, builtInViews, type viewKinds } from '../src/view/builtIn.js'
import { builder } from './builder.js'
import type { Context } from './context.js'
import { Conversation } from './conversation.js'
import {
  askedOf,
  ConversationConnection,
  type ConversationList,
  Direction,
  listOf,
  OrderField,
  pageOf,
  unlessSignature,
} from './conversationList.js'
import { ViewScopeEnum } from './enums.js'
import { findable, idOf, Node } from './node.js'
import { Team } from './team.js'
import { Viewer } from './viewer.js'

type ViewRow = SavedView | BuiltInView

const ViewKindEnum = builder.enumType('ViewKind', {
  description: 'Which view it is.',
  values: {
    MINE: { description: 'Open, and yours.' },
    UNASSIGNED: { description: 'Open, and held by no agent.' },
    MENTIONS: { description: 'Whatever its state, with a note that mentions you or a team of yours.' },
    SNOOZED: { description: 'Put aside; what wakes soonest comes first.' },
    HELD_BY_FIN: { description: 'Open, and held by Fin.' },
    HANDED_OFF: { description: 'Open, and let go by Fin.' },
    ALL: { description: 'Everything in your sight.' },
    SAVED: { description: 'One that somebody made.' },
  } satisfies Record<(typeof viewKinds)[number] | 'SAVED', { description: string }>,
})

const ViewOrder = builder.objectRef<ViewRow>('ViewOrder').implement({
  description: 'The order of a view, as `ConversationOrder` takes it.',
  fields: (t) => ({
    field: t.field({
      type: OrderField,
      description: 'By what.',
      resolve: orderOf,
    }),
    direction: t.field({
      type: Direction,
      description: 'Which way.',
      resolve: ({ isDescending }) => (isDescending ? 'DESC' : 'ASC'),
    }),
  }),
})

export const View = builder.objectRef<ViewRow>('View')

builder.objectType(View, {
  description:
    'A list of conversations to come back to: built in, or saved by somebody. Each agent sees in it what is in their sight.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`view_…`; that of a built-in one is the same everywhere.', ...idOf('View') }),
    kind: t.field({
      type: ViewKindEnum,
      description: 'Which it is.',
      resolve: (view) => ('kind' in view ? view.kind : 'SAVED'),
    }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    icon: t.exposeString('icon', { nullable: true, description: 'An emoji, or the name of an icon.' }),
    filter: t.field({
      type: 'JSONObject',
      description: 'A `ConversationFilter`: give it to `conversations` and `conversationsChanged` as it is.',
      resolve: ({ filter }) => filter,
    }),
    orderBy: t.field({ type: ViewOrder, description: 'Its order.', resolve: (view) => view }),
    scope: t.field({
      type: ViewScopeEnum,
      nullable: true,
      description: 'Whose it is; null: it is built in.',
      resolve: (view) => ('scope' in view ? view.scope : null),
    }),
    team: t.field({
      type: Team,
      nullable: true,
      description: 'Whose it is, when it is a team’s.',
      resolve: (view, _, { load }) => ('teamId' in view && view.teamId ? load.namedTeam(view.teamId) : null),
    }),
    position: t.int({
      description: 'Where it stands among the saved ones; built-in ones come first.',
      resolve: (view) => ('position' in view ? view.position : 0),
    }),
    archivedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; null: it is there.',
      resolve: (view) => ('archivedAt' in view ? view.archivedAt : null),
    }),
    conversations: t.connection(
      {
        type: Conversation,
        description: 'The list itself, as `conversations` gives it.',
        args: { unlessSignature: t.arg.string(unlessSignature) },
        resolve: (view, args, context, info) =>
          pageOf(context, listIn(context, info.schema, view), args, askedOf(info, args.unlessSignature)),
      },
      ConversationConnection,
    ),
    count: t.int({
      description:
        'How many conversations the list holds; the `totalCount` of `conversations`. Where `conversationsChanged` takes the filter, it keeps the number up.',
      resolve: async (view, _, context, { schema }) => (await countIn(context, schema, view)).rows,
    }),
    isCountExact: t.boolean({
      description: 'False: the list holds more conversations than `count` says.',
      resolve: async (view, _, context, { schema }) => (await countIn(context, schema, view)).isExact,
    }),
  }),
})

/** By activity, where a later release saved what this one does not know. */
function orderOf({ orderField }: ViewRow): ConversationOrderField {
  return Object.hasOwn(orders, orderField) ? (orderField as ConversationOrderField) : 'LAST_ACTIVITY'
}

/** The list that a view stands for; of nothing, where a later release saved what this one does not know. */
function listIn(context: Context, schema: GraphQLSchema, view: ViewRow): ConversationList {
  let isKnown = true
  const type = schema.getType('ConversationFilter') as GraphQLInputType
  const given = coerceInputValue(view.filter, type, () => {
    isKnown = false
  })
  return listOf(
    {
      filter: isKnown ? (given as GivenFilter) : { or: [] },
      orderBy: { field: orderOf(view), direction: view.isDescending ? 'DESC' : 'ASC' },
    },
    context,
  )
}

function countIn(context: Context, schema: GraphQLSchema, view: ViewRow) {
  const { app, actor } = context
  const { filter } = listIn(context, schema, view)
  return actor ? countConversations(app.db, actor, filter) : { rows: 0, isExact: true }
}

findable('View', View, ({ app, actor }, id) =>
  actor?.kind === 'AGENT'
    ? (builtInViews(actor).find((view) => view.id === id) ?? findView(app.db, actor, id))
    : null,
)

builder.objectField(Viewer, 'views', (t) =>
  t.field({
    type: [View],
    description: 'The lists that they come back to: the built-in ones, then the saved ones by position.',
    resolve: async (viewer, _, { app }) => [...builtInViews(viewer), ...(await viewsOf(app.db, viewer))],
  }),
)
