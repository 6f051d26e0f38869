import { inboxInReach } from '../src/inbox/access.js'
import { createInbox } from '../src/inbox/create.js'
import { addInboxMember, removeInboxMember } from '../src/inbox/members.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node } from './node.js'

export const Inbox = builder.prismaObject('Inbox', {
  description: 'Where conversations of one brand or channel arrive; the boundary of rights.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`inbox_…`', ...idOf('Inbox') }),
    name: t.exposeString('name', { description: 'Its name among agents.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    members: t.field({
      type: [Agent],
      description: 'The agents who answer in it, beside the admins.',
      extensions: { isLogged: false },
      select: {
        members: {
          where: { agent: { archivedAt: null } },
          select: { agent: { omit: { passwordHash: true } } },
          orderBy: { agent: { name: 'asc' } },
        },
      },
      resolve: (inbox) => inbox.members.map((member) => member.agent),
    }),
  }),
})

findable('Inbox', Inbox, ({ app, actor }, id) =>
  app.db.prisma.inbox.findFirst({ where: { AND: [{ id }, inboxInReach(actor)] } }),
)

builder.queryField('inboxes', (t) =>
  t.prismaField({
    type: [Inbox],
    description: 'The inboxes you see, by name.',
    resolve: (query, _, __, { app, actor }) =>
      app.db.prisma.inbox.findMany({
        ...query,
        where: inboxInReach(actor),
        orderBy: [{ name: 'asc' }, { id: 'asc' }],
      }),
  }),
)

mutation('createInbox', {
  description: 'Makes an inbox, with you as its first member. For admins.',
  input: (t) => ({ name: t.string({ required: true, description: 'Its name among agents.' }) }),
  changesRights: true,
  changes: { inbox: 'Inbox' },
  run: (input, { app, actor }, call) => createInbox(app.db, actor, input, call),
})

mutation('addInboxMember', {
  description:
    'Lets an agent see the conversations of an inbox, and do there what their role gives them. For supervisors, whose inbox it is and who see the agent, and admins.',
  input: (t) => ({
    inboxId: t.id({ required: true, description: 'The inbox.' }),
    agentId: t.id({ required: true, description: 'The agent.' }),
  }),
  changesRights: true,
  changes: { inbox: 'Inbox', agent: 'Agent' },
  run: (input, { app, actor }, call) =>
    addInboxMember(
      app.db,
      actor,
      { inboxId: argumentId('Inbox', input.inboxId), agentId: argumentId('Agent', input.agentId) },
      call,
    ),
})

mutation('removeInboxMember', {
  description:
    'Takes an inbox out of an agent’s sight, at once. What they hold there stays with them until it is assigned anew. For supervisors, whose inbox it is and who see the agent, and admins.',
  input: (t) => ({
    inboxId: t.id({ required: true, description: 'The inbox.' }),
    agentId: t.id({ required: true, description: 'The agent.' }),
  }),
  changesRights: true,
  changes: { inbox: 'Inbox' },
  run: (input, { app, actor }, call) =>
    removeInboxMember(
      app.db,
      actor,
      { inboxId: argumentId('Inbox', input.inboxId), agentId: argumentId('Agent', input.agentId) },
      call,
    ),
})
