import type { AgentActor } from '../actor.js'
import type { App } from '../app.js'
import { bearerToken } from '../token/bearer.js'

/** Who calls, and how to ask again later, since rights change while a socket is open. */
export interface Caller {
  token: string
  actor: AgentActor
  again: () => Promise<AgentActor | null>
}

/** The agent behind an Authorization value; undefined without one, 'refused' when it opens nothing here. */
export async function agentBehind(
  app: App,
  authorization: string | undefined,
): Promise<Caller | undefined | 'refused'> {
  if (!authorization) return undefined
  const token = bearerToken(authorization)
  if (!token) return 'refused'
  const again = async () => {
    const actor = await app.principals(token)
    return actor?.kind === 'AGENT' ? actor : null
  }
  const actor = await again()
  return actor ? { token, actor, again } : 'refused'
}
