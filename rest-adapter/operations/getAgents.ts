import type { Operation } from '../operation.js'
import { type Agent, agentFragment, presentAgent } from '../present.js'

interface Data {
  agents: Agent[]
}

export const getAgents: Operation<Data> = {
  document: `query GetAgents { agents { ...Agent } } ${agentFragment}`,
  creates: false,
  variables: () => ({}),
  respond: ({ agents }) => agents.map(presentAgent),
}
