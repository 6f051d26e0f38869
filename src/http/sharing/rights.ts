import type { AgentActor } from '../../actor.js'

/** A resolver asks who is looking, where all of equal rights would be given its answer. */
export class AsksWhoLooks extends Error {
  constructor() {
    super('This depends on who is looking.')
  }
}

/** Tells apart those who see different things of the same. */
export function rightsKey({ role, isBot, scopes, inboxIds }: AgentActor): string {
  return JSON.stringify([role, isBot, scopes.toSorted(), inboxIds.toSorted()])
}

/** An actor with the rights of this one and nothing of who they are: asked for that, it throws AsksWhoLooks. */
export function rightsOf({ role, isBot, scopes, inboxIds }: AgentActor): AgentActor {
  return {
    kind: 'AGENT',
    role,
    isBot,
    scopes,
    inboxIds,
    get agentId(): string {
      throw new AsksWhoLooks()
    },
    get name(): string {
      throw new AsksWhoLooks()
    },
    get tokenId(): string {
      throw new AsksWhoLooks()
    },
  }
}
