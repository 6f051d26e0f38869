import { requireFilter } from '../src/conversation/filterLimits.js'
import { createView } from '../src/view/create.js'
import { deleteView } from '../src/view/delete.js'
import { updateView } from '../src/view/update.js'
import { ConversationFilterInput } from './conversationFilter.js'
import { ConversationOrderInput, listOf } from './conversationList.js'
import { ViewScopeEnum } from './enums.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, optionalId } from './node.js'

mutation('createView', {
  description:
    'Saves a list of conversations: for you, for a team that you are in, or, as a supervisor, for everybody.',
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name, at most 100 characters.' }),
    scope: t.field({ type: ViewScopeEnum, required: true, description: 'Whose it is.' }),
    teamId: t.id({ description: 'Whose it is, with the scope TEAM.' }),
    ...shown(t),
  }),
  changes: { view: 'View' },
  run(input, context, call) {
    const { app, actor } = context
    const { field, descending } = listOf(input, context)
    return createView(
      app.db,
      actor,
      {
        ...input,
        teamId: optionalId('Team', input.teamId),
        icon: input.icon ?? null,
        filter: input.filter ?? {},
        order: { field, descending },
        position: input.position ?? 0,
      },
      call,
    )
  },
})

mutation('updateView', {
  description:
    'Changes a view for all who have it; what is left out stays. Those of a team its members change, shared ones supervisors.',
  input: (t) => ({ ...named(t), name: t.string({ description: 'Its name.' }), ...shown(t) }),
  changes: { view: 'View' },
  run({ viewId, orderBy, ...input }, { app, actor }, call) {
    requireFilter(input.filter ?? {})
    const order = orderBy && { field: orderBy.field, descending: orderBy.direction === 'DESC' }
    return updateView(app.db, actor, { ...input, viewId: argumentId('View', viewId), order }, call)
  },
})

mutation('deleteView', {
  description: 'Takes a view from all who have it. Whoever may change it may delete it.',
  input: named,
  changes: { view: 'View' },
  run: ({ viewId }, { app, actor }, call) =>
    deleteView(app.db, actor, { viewId: argumentId('View', viewId) }, call),
})

function shown(t: InputFields) {
  return {
    icon: t.string({ description: 'An emoji, or the name of an icon; at most 40 characters.' }),
    filter: t.field({
      type: ConversationFilterInput,
      description: 'What it lists. What is named in it may go later: then nothing fulfils that condition.',
    }),
    orderBy: t.field({ type: ConversationOrderInput, description: 'Newest activity first unless said.' }),
    position: t.int({ description: 'Where it stands among the saved ones, by number; 0 unless said.' }),
  }
}

function named(t: InputFields) {
  return { viewId: t.id({ required: true, description: 'The view.' }) }
}
