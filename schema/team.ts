import { findTeam, listTeams } from '../src/team/access.js'
import { createTeam } from '../src/team/create.js'
import { addTeamMember, removeTeamMember } from '../src/team/members.js'
import { Agent } from './agent.js'
import { builder } from './builder.js'
import { type InputFields, mutation } from './mutation.js'
import { argumentId, findable, idOf, Node } from './node.js'

export const Team = builder.prismaObject('Team', {
  description: 'A group of agents that conversations can be assigned to.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: '`team_…`', ...idOf('Team') }),
    name: t.exposeString('name', { description: 'Its name.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    members: t.field({
      type: [Agent],
      description: 'Those in it whom you see.',
      extensions: { isLogged: false },
      select: {
        members: {
          where: { agent: { archivedAt: null } },
          select: { agentId: true },
          orderBy: { agent: { name: 'asc' } },
        },
      },
      resolve: async (team, _, { load }) => {
        const inSight = await Promise.all(team.members.map(({ agentId }) => load.agent(agentId)))
        return inSight.filter((agent) => agent !== null)
      },
    }),
  }),
})

findable('Team', Team, ({ app, actor }, id) => actor && findTeam(app.db, actor, id))

builder.queryField('teams', (t) =>
  t.field({
    type: [Team],
    description:
      'The teams you see, by name: your own, and those of whom somebody answers in an inbox of yours.',
    resolve: (_, __, { app, actor }) => (actor ? listTeams(app.db, actor) : []),
  }),
)

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

const membership = (t: InputFields) => ({
  teamId: t.id({ required: true, description: 'The team.' }),
  agentId: t.id({ required: true, description: 'The agent.' }),
})

function idsOf({ teamId, agentId }: { teamId: string; agentId: string }) {
  return { teamId: argumentId('Team', teamId), agentId: argumentId('Agent', agentId) }
}

mutation('addTeamMember', {
  description: 'Puts an agent into a team. For supervisors, who see both, and admins.',
  input: membership,
  changes: { team: 'Team', agent: 'Agent' },
  run: (input, { app, actor }, call) => addTeamMember(app.db, actor, idsOf(input), call),
})

mutation('removeTeamMember', {
  description:
    'Takes an agent out of a team, and its views and canned replies from them. What the team holds stays with it. For supervisors, who see both, and admins.',
  input: membership,
  changes: { team: 'Team' },
  run: (input, { app, actor }, call) => removeTeamMember(app.db, actor, idsOf(input), call),
})
