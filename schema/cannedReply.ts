import { findCannedReply, listCannedReplies } from '../src/cannedReply/access.js'
import { deleteCannedReply, updateCannedReply } from '../src/cannedReply/change.js'
import { createCannedReply } from '../src/cannedReply/create.js'
import { filledIn, valuesFor, variables } from '../src/cannedReply/variables.js'
import type { CannedReply as CannedReplyRow } from '../src/generated/prisma/client.js'
import { storedId } from '../src/ids.js'
import { builder } from './builder.js'
import { ViewScopeEnum } from './enums.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'
import { Team } from './team.js'

const CannedReply = builder.objectRef<CannedReplyRow>('CannedReply')

builder.objectType(CannedReply, {
  description: 'What agents say often: a text with variables, which is filled in for a conversation.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`canned_…`', ...idOf('CannedReply') }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    shortcut: t.exposeString('shortcut', {
      nullable: true,
      description: 'What agents type to find it; others may have the same.',
    }),
    body: t.exposeString('body', { description: 'Safe HTML, with its variables.' }),
    text: t.exposeString('text', { description: 'The same as plain text.' }),
    renderedBody: t.string({
      nullable: true,
      description:
        'Its body filled in for you and a conversation, to begin a reply with; null when that is not in your sight.',
      args: { conversationId: t.arg.id({ required: true, description: 'The conversation.' }) },
      resolve: async ({ body }, { conversationId }, { app, actor }) => {
        const id = storedId('Conversation', conversationId)
        if (!id || actor?.kind !== 'AGENT') return null
        const values = await valuesFor(app.db, actor, actor.agentId, id)
        return values && filledIn(body, values)
      },
    }),
    scope: t.field({ type: ViewScopeEnum, description: 'Whose it is.', resolve: ({ scope }) => scope }),
    team: t.field({
      type: Team,
      nullable: true,
      description: 'Whose it is, when it is a team’s.',
      resolve: ({ teamId }, _, { load }) => (teamId ? load.namedTeam(teamId) : null),
    }),
    archivedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was deleted; null: it is there.',
      resolve: ({ archivedAt }) => archivedAt,
    }),
  }),
})

findable('CannedReply', CannedReply, ({ app, actor }, id) =>
  actor?.kind === 'AGENT' ? findCannedReply(app.db, actor, id) : null,
)

builder.queryField('cannedReplies', (t) =>
  t.field({
    type: [CannedReply],
    description:
      'Those that you may use, by name, at most 100; with a search the ones whose shortcut begins with it come first.',
    args: {
      search: t.arg.string({
        description: 'What stands in the shortcut, the name or the text, capitals or not.',
      }),
    },
    resolve: (_, { search }, { app, actor }) =>
      actor?.kind === 'AGENT' ? listCannedReplies(app.db, actor, search ?? null) : [],
  }),
)

const named = (t: InputFields) => ({
  cannedReplyId: t.id({ required: true, description: 'The canned reply.' }),
})

const bodyOf = `HTML; sanitised. Variables stand in it like \`{{end_user.first_name | there}}\`, with what stands for one that has no value: ${variables.join(', ')}.`
const shortcutOf = 'What agents type to find it: 1 to 40 letters, digits, - and _.'

mutation('createCannedReply', {
  description:
    'Keeps what is said often: for you, for a team that you are in, or, as a supervisor, for everybody.',
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name, at most 100 characters.' }),
    shortcut: t.string({ description: shortcutOf }),
    body: t.string({ required: true, description: bodyOf }),
    scope: t.field({ type: ViewScopeEnum, required: true, description: 'Whose it is.' }),
    teamId: t.id({ description: 'Whose it is, with the scope TEAM.' }),
  }),
  changes: { cannedReply: 'CannedReply' },
  run: (input, { app, actor }, call) =>
    createCannedReply(app.db, actor, { ...input, teamId: optionalId('Team', input.teamId) }, call),
})

mutation('updateCannedReply', {
  description:
    'Changes a canned reply for all who have it; what is left out stays. Those of a team its members change, shared ones supervisors.',
  input: (t) => ({
    ...named(t),
    name: t.string({ description: 'Its name, at most 100 characters.' }),
    shortcut: t.string({ description: `${shortcutOf} Null takes it away.` }),
    body: t.string({ description: bodyOf }),
  }),
  changes: { cannedReply: 'CannedReply' },
  run: (input, { app, actor }, call) =>
    updateCannedReply(
      app.db,
      actor,
      { ...input, cannedReplyId: argumentId('CannedReply', input.cannedReplyId) },
      call,
    ),
})

mutation('deleteCannedReply', {
  description: 'Takes a canned reply from all who have it. Whoever may change it may delete it.',
  input: named,
  changes: { cannedReply: 'CannedReply' },
  run: ({ cannedReplyId }, { app, actor }, call) =>
    deleteCannedReply(app.db, actor, { cannedReplyId: argumentId('CannedReply', cannedReplyId) }, call),
})
