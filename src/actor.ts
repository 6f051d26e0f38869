import { ForbiddenError } from './errors.js'
import type { ActorKind, AgentRole, OriginApi } from './generated/prisma/enums.js'

export const tokenScopes = ['READ', 'WRITE', 'ADMIN'] as const
export type TokenScope = (typeof tokenScopes)[number]

/** Who asks. Every core read and write takes one; `inboxIds` are the inboxes it may see into, which is its whole view. */
export type Actor = AgentActor | IntegrationActor | SystemActor

interface Reach {
  inboxIds: readonly string[]
}

export interface AgentActor extends Reach {
  kind: 'AGENT'
  agentId: string
  name: string
  role: AgentRole
  isBot: boolean
  scopes: readonly TokenScope[]
  tokenId: string
}

export interface IntegrationActor extends Reach {
  kind: 'INTEGRATION'
  integrationId: string
  /** The agent that stands for Fin. */
  agentId: string
  inboxId: string
  /** Whether private notes are within its view. */
  seesNotes: boolean
  /** Whether an e-mail address alone may recognise an end-user. */
  bindsByEmail: boolean
}

/** Graphdesk itself, for timers. */
export interface SystemActor extends Reach {
  kind: 'SYSTEM'
}

/** How an event names its author and the API it came through. */
export interface Attribution {
  actorKind: ActorKind
  actorId: string | null
  origin: OriginApi
  integrationId: string | null
}

export function attribution(actor: Actor): Attribution {
  switch (actor.kind) {
    case 'AGENT':
      return { actorKind: 'AGENT', actorId: actor.agentId, origin: 'GRAPHQL', integrationId: null }
    case 'INTEGRATION':
      return {
        actorKind: 'INTEGRATION',
        actorId: actor.integrationId,
        origin: 'FIN',
        integrationId: actor.integrationId,
      }
    case 'SYSTEM':
      return { actorKind: 'SYSTEM', actorId: null, origin: 'SYSTEM', integrationId: null }
  }
}

/** What an agent may do beside looking. */
export type Duty = 'KEEP_OWN' | 'ANSWER' | 'MANAGE' | 'ADMINISTER'

interface Requirement {
  /** Whose duty it is. */
  roles: readonly AgentRole[]
  /** What their token needs for it. */
  scopes: readonly ('WRITE' | 'ADMIN')[]
  /** What anybody else is told. */
  refusal: string
}

const requirements: Record<Duty, Requirement> = {
  KEEP_OWN: {
    roles: ['READ_ONLY', 'AGENT', 'SUPERVISOR', 'ADMIN'],
    scopes: ['WRITE'],
    refusal: 'Only an agent may do this.',
  },
  ANSWER: {
    roles: ['AGENT', 'SUPERVISOR', 'ADMIN'],
    scopes: ['WRITE'],
    refusal: 'Your account may only read. Ask an admin for another role.',
  },
  MANAGE: {
    roles: ['SUPERVISOR', 'ADMIN'],
    scopes: ['WRITE', 'ADMIN'],
    refusal: 'Only a supervisor or an admin may do this.',
  },
  ADMINISTER: {
    roles: ['ADMIN'],
    scopes: ['WRITE', 'ADMIN'],
    refusal: 'Only an admin may do this.',
  },
}

const withoutScope = {
  WRITE: 'This token may only read. Use one with the scope WRITE.',
  ADMIN: 'This token may not administer. Use one with the scope ADMIN.',
}

/** Why an agent may not do something; null when they may. */
function refusalOf({ role, scopes }: AgentActor, duty: Duty): string | null {
  const { roles, scopes: needed, refusal } = requirements[duty]
  if (!roles.includes(role)) return refusal
  const lacking = needed.find((scope) => !scopes.includes(scope))
  return lacking ? withoutScope[lacking] : null
}

/** What an agent's role and token give them to do. */
export function dutiesOf(agent: AgentActor): Duty[] {
  return (Object.keys(requirements) as Duty[]).filter((duty) => refusalOf(agent, duty) === null)
}

function requireDuty(actor: Actor | null, duty: Duty): AgentActor {
  if (!actor)
    throw new ForbiddenError('Sign in first: send `Authorization: Bearer <token>`.', 'UNAUTHENTICATED')
  if (actor.kind !== 'AGENT') throw new ForbiddenError('Only an agent may do this.')
  const refusal = refusalOf(actor, duty)
  if (refusal) throw new ForbiddenError(refusal)
  return actor
}

/** Refuses everyone but a signed-in agent of any role whose token may write; for what is theirs alone. */
export function requireSelf(actor: Actor | null): AgentActor {
  return requireDuty(actor, 'KEEP_OWN')
}

/** Refuses everyone but an agent who works on conversations, and whose token may write. */
export function requireAgent(actor: Actor | null): AgentActor {
  return requireDuty(actor, 'ANSWER')
}

/** Refuses everyone but a supervisor or an admin whose token may administer. */
export function requireSupervisor(actor: Actor | null): AgentActor {
  return requireDuty(actor, 'MANAGE')
}

/** Refuses everyone but an admin whose token may administer. */
export function requireAdmin(actor: Actor | null): AgentActor {
  return requireDuty(actor, 'ADMINISTER')
}

/** Whether someone sees what is the admins' alone. */
export function isAdmin(actor: Actor | null): actor is AgentActor {
  return actor?.kind === 'AGENT' && actor.role === 'ADMIN'
}

/** Refuses everyone but an integration. */
export function requireIntegration(actor: Actor | null): IntegrationActor {
  if (actor?.kind !== 'INTEGRATION') throw new ForbiddenError('Only a Fin integration may do this.')
  return actor
}

/** Whether private notes are within someone's view. */
export function seesNotes(actor: Actor): boolean {
  return actor.kind !== 'INTEGRATION' || actor.seesNotes
}

/** Refuses whoever is no integration and no agent who works on conversations; for what both do. */
export function requireWriter(actor: Actor | null): Actor {
  return actor?.kind === 'AGENT' || !actor ? requireAgent(actor) : actor
}
