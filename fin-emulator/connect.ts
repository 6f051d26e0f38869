import type { Activity } from './activity.js'
import type { Connection } from './connection.js'
import type { Helpdesk } from './fin.js'
import { createHelpdeskClient } from './helpdeskClient.js'
import type { Agent } from './shapes.js'
import { createTransport } from './transport.js'

/**
 * Connects Fin with a helpdesk as its deployment page does: asks for the agents and takes the one who is to
 * stand for Fin. Throws when the helpdesk cannot be reached, refuses, or has no such agent.
 */
export async function connect(
  connection: Connection,
  activity: Activity,
): Promise<Helpdesk & { close(): Promise<void> }> {
  const transport = createTransport(connection, activity)
  const client = (conversation: string | null) =>
    createHelpdeskClient(connection.variant, (call) => transport.send(call, conversation))
  try {
    const agent = pick(await client(null).getAgents(), connection.agentId)
    return { agent, client, close: transport.close }
  } catch (error) {
    await transport.close()
    throw error
  }
}

/** The agent who stands for Fin. Throws when it cannot be told which. */
export function pick(agents: Agent[], wanted: string | undefined): Agent {
  const named = (agent: Agent) =>
    [agent.name, agent.alias, agent.alias_name].some((name) => /\bfin\b/i.test(name ?? ''))
  const found =
    wanted === undefined
      ? (agents.find(named) ?? (agents.length === 1 ? agents[0] : undefined))
      : agents.find(({ id }) => id === wanted)
  if (found) return found
  const listed = agents.map(({ id, name }) => `${id} (${name})`).join(', ') || 'none'
  throw new Error(
    wanted === undefined
      ? `No agent is named Fin; say which one stands for Fin. The helpdesk's agents: ${listed}`
      : `The helpdesk does not list the agent ${wanted}. Its agents: ${listed}`,
  )
}
