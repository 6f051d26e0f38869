import { findTeam } from '../src/team/access.js'
import { createTeam } from '../src/team/create.js'
import { builder } from './builder.js'
import { mutation } from './mutation.js'
import { argumentId, findable, idOf, Node } from './node.js'

export const Team = builder.prismaObject('Team', {
  description: 'A group of agents that conversations can be assigned to.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`team_…`', ...idOf('Team') }),
    name: t.exposeString('name', { description: 'Its name.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

findable('Team', Team, ({ app, actor }, id) => actor && findTeam(app.db, actor, id))

mutation('createTeam', {
  description: 'Makes a team. For supervisors, who are then in it, and admins.',
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    agentIds: t.idList({ description: 'Its members; a supervisor names agents in their sight.' }),
  }),
  changes: { team: 'Team' },
  run: (input, { app, actor }, call) =>
    createTeam(
      app.db,
      actor,
      { name: input.name, agentIds: input.agentIds?.map((id) => argumentId('Agent', id)) },
      call,
    ),
})
