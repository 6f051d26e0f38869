import { type Allowed, type Breakage, each, otherEnvelope, withStatus } from '../helpdesk/breakage.js'

export const agentBreakages: Record<string, Breakage | Breakage[]> = {
  'agents.status': withStatus('get_agents', 203),
  'agents.list': otherEnvelope('get_agents'),
  'agents.type': each('get_agents', (agent) => delete agent.user_type),
  'agents.named': [
    each('get_agents', (agent) => Object.assign(agent, { email: null })),
    each('get_agents', (agent) => delete agent.name),
  ],
  'agents.alias_name': each('get_agents', (agent) => delete agent.alias_name),
  'agents.alias': each('get_agents', (agent) => delete agent.alias),
}

export const agentsAllowed: Record<string, Allowed> = {
  'an agent has an id only': {
    variant: 'rest',
    ...each('get_agents', (agent) => {
      for (const field of Object.keys(agent)) if (field !== 'id') delete agent[field]
    }),
  },
}
