import type { EndUserView } from '../src/endUser/access.js'
import { createEndUser } from '../src/endUser/create.js'
import { mergeEndUsers } from '../src/endUser/merge.js'
import { updateEndUser } from '../src/endUser/update.js'
import { builder } from './builder.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'
import { UnreadValueInput } from './unread.js'

export const EndUser = builder.objectRef<EndUserView>('EndUser')

builder.objectType(EndUser, {
  description:
    'The customer on the other side, as one inbox knows them. The id of a merged one leads to whom they became.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`user_…`', ...idOf('EndUser') }),
    name: t.exposeString('name', { nullable: true, description: 'Null while unknown.' }),
    email: t.exposeString('email', {
      nullable: true,
      description: 'As they, or a channel, gave it; not proof of who they are.',
    }),
    photoUrl: t.exposeString('photoUrl', { nullable: true, description: 'A picture.' }),
    attributes: t.expose('attributes', { type: 'JSONObject', description: 'What is known of them, by key.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they first appeared.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When something about them changed last.',
    }),
    possibleDuplicates: t.field({
      type: [EndUser],
      description: 'Who may be the same person, having given the same e-mail address; see `mergeEndUsers`.',
      extensions: { isLogged: false, reads: ['id'] },
      resolve: async ({ id }, _, { load }) => {
        const others = await load.duplicates(id)
        return (await Promise.all(others.map(load.endUser))).filter((other) => other !== null)
      },
    }),
  }),
})

findable('EndUser', EndUser, (context, id) => context.load.endUser(id))

/** How an end-user is described where one may have to be made. */
export const EndUserInput = builder.inputType('EndUserInput', {
  description: 'An end-user to be found again, or made.',
  fields: (t) => ({
    name: t.string({ description: 'Their name.' }),
    email: t.string({
      description: 'Finds someone known by it whom no channel claims; not proof of who they are.',
    }),
    photoUrl: t.string({ description: 'A picture.' }),
    attributes: t.field({ type: 'JSONObject', description: 'What is known of them.' }),
    objectId: t.string({
      description: "The channel's own id of them, for integrations: a repeat finds the first.",
    }),
  }),
})

mutation('createEndUser', {
  description: 'Makes an end-user known to an inbox, or finds the one that is meant.',
  input: (t) => ({
    inboxId: t.id({ description: "Which inbox knows them; an integration's own when left out." }),
    endUser: t.field({ type: EndUserInput, required: true, description: 'Who it is.' }),
    unread: t.field({
      type: [UnreadValueInput],
      description: 'What of the call could not be read; for integrations.',
    }),
  }),
  changes: { endUser: 'EndUser' },
  run: (input, { app, actor }, call) =>
    createEndUser(
      app.db,
      actor,
      { ...input.endUser, inboxId: optionalId('Inbox', input.inboxId), unread: input.unread },
      call,
    ),
})

mutation('updateEndUser', {
  description: 'Changes what is known of an end-user; what is left out stays.',
  input: (t) => ({
    endUserId: t.id({ required: true, description: 'The end-user.' }),
    name: t.string({ description: 'Their name.' }),
    email: t.string({ description: 'The address they are known by.' }),
    photoUrl: t.string({ description: 'A picture.' }),
    attributes: t.field({ type: 'JSONObject', description: 'Merged by key; null removes a key.' }),
    unread: t.field({
      type: [UnreadValueInput],
      description: 'What of the call could not be read; for integrations.',
    }),
  }),
  changes: { endUser: 'EndUser' },
  run: (input, { app, actor }, call) =>
    updateEndUser(app.db, actor, { ...input, endUserId: argumentId('EndUser', input.endUserId) }, call),
})

mutation('mergeEndUsers', {
  description:
    'Makes two end-users of an inbox one: conversations and identities of the first go to the second, and its id leads there from then on. Cannot be undone.',
  input: (t) => ({
    endUserId: t.id({ required: true, description: 'Who ends.' }),
    intoEndUserId: t.id({ required: true, description: 'Who remains.' }),
  }),
  changes: { endUser: 'EndUser' },
  run: (input, { app, actor }, call) =>
    mergeEndUsers(
      app.db,
      actor,
      {
        endUserId: argumentId('EndUser', input.endUserId),
        intoEndUserId: argumentId('EndUser', input.intoEndUserId),
      },
      call,
    ),
})
