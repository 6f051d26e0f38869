import type { AgentView } from '../src/agent/access.js'
import { listAgents } from '../src/agent/access.js'
import { createAgent } from '../src/agent/create.js'
import { setPassword } from '../src/agent/setPassword.js'
import { archiveAgent, restoreAgent, setAgentRole } from '../src/agent/setState.js'
import { RateLimitedError } from '../src/errors.js'
import { builder } from './builder.js'
import { AgentRoleEnum } from './enums.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, findable, idOf, Node, optionalId } from './node.js'

export const Agent = builder.objectRef<AgentView>('Agent')

builder.objectType(Agent, {
  description: "A person, or a bot account such as Fin's, who answers in the helpdesk.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`agent_…`', ...idOf('Agent') }),
    name: t.exposeString('name', { description: 'Their name among colleagues.' }),
    email: t.exposeString('email', { description: 'Lower case; unique.' }),
    alias: t.exposeString('alias', {
      nullable: true,
      description: 'Shown to end-users instead of the name.',
    }),
    photoUrl: t.exposeString('photoUrl', { nullable: true, description: 'A picture.' }),
    role: t.expose('role', { type: AgentRoleEnum, description: 'What they may do.' }),
    isBot: t.exposeBoolean('isBot', { description: 'Whether a program answers, such as Fin.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was made.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the account was closed; null: it is open.',
    }),
  }),
})

findable('Agent', Agent, (context, id) => context.load.agent(id))

builder.queryField('agents', (t) =>
  t.field({
    type: [Agent],
    description: 'The agents who answer in your inboxes, by name.',
    args: {
      archived: t.arg.boolean({ description: 'True: those whose account is closed instead.' }),
    },
    resolve: (_, { archived }, { app, actor }) =>
      actor ? listAgents(app.db, actor, { areArchived: archived === true }) : [],
  }),
)

mutation('createAgent', {
  description: 'Makes an account for a person or a bot. For admins.',
  input: (t) => ({
    name: t.string({ required: true, description: 'Their name among colleagues.' }),
    email: t.string({ required: true, description: 'To sign in with; unique.' }),
    alias: t.string({ description: 'Shown to end-users instead of the name.' }),
    photoUrl: t.string({ description: 'A picture.' }),
    role: t.field({ type: AgentRoleEnum, description: 'AGENT when left out.' }),
    isBot: t.boolean({ description: 'Whether a program answers; false when left out.' }),
    password: t.string({ description: 'At least 10 characters; without one they use API tokens only.' }),
  }),
  changes: { agent: 'Agent' },
  run: (input, { app, actor }, call) => createAgent(app.db, actor, input, call),
})

mutation('setAgentRole', {
  description:
    'Gives an agent another role, which holds at once, also for what they have open. The last admin stays one. For admins.',
  input: (t) => ({
    agentId: t.id({ required: true, description: 'The agent.' }),
    role: t.field({ type: AgentRoleEnum, required: true, description: 'What they may do from now on.' }),
  }),
  changesRights: true,
  changes: { agent: 'Agent' },
  run: ({ agentId, role }, { app, actor }, call) =>
    setAgentRole(app.db, actor, { agentId: argumentId('Agent', agentId), role }, call),
})

mutation('setPassword', {
  description:
    'Gives an account another password and ends its sessions, but for the one that asks; API tokens stay. Your own, with the password that you have now; for admins, anyone’s. A wrong one counts as a failed attempt to sign in.',
  input: (t) => ({
    agentId: t.id({ description: 'Whose; yours when left out.' }),
    password: t.string({ required: true, description: 'The new one. At least 10 characters.' }),
    currentPassword: t.string({ description: 'The one you have now; needed for your own.' }),
  }),
  changesRights: true,
  changes: { agent: 'Agent' },
  errors: [RateLimitedError],
  run: (input, { app, actor }, call) =>
    setPassword(
      app.db,
      app.signInLimit,
      actor,
      { ...input, agentId: optionalId('Agent', input.agentId) },
      call,
    ),
})

const named = (t: InputFields) => ({ agentId: t.id({ required: true, description: 'The agent.' }) })

mutation('archiveAgent', {
  description:
    'Closes an account: its password opens nothing any more, and its sessions and API tokens are revoked for good. What they wrote and hold stays theirs. Neither the last admin’s nor one that stands for Fin. For admins.',
  input: named,
  changesRights: true,
  changes: { agent: 'Agent' },
  run: ({ agentId }, { app, actor }, call) =>
    archiveAgent(app.db, actor, { agentId: argumentId('Agent', agentId) }, call),
})

mutation('restoreAgent', {
  description:
    'Opens an archived account again, with its role, inboxes and password, and none of its tokens. For admins.',
  input: named,
  changesRights: true,
  changes: { agent: 'Agent' },
  run: ({ agentId }, { app, actor }, call) =>
    restoreAgent(app.db, actor, { agentId: argumentId('Agent', agentId) }, call),
})
