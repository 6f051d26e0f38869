import type { Actor } from '../actor.js'
import type { Prisma } from '../generated/prisma/client.js'

/** The condition on whatever has an `inboxId`: it lies in one of the actor's inboxes; nobody has none. */
export function inReach(actor: Actor | null): { inboxId: { in: string[] } } {
  return { inboxId: { in: [...(actor?.inboxIds ?? [])] } }
}

/** The condition on inboxes themselves. */
export function inboxInReach(actor: Actor | null): Prisma.InboxWhereInput {
  return { id: inReach(actor).inboxId }
}

/** The same condition on one thing in hand. */
export function isInReach(actor: Actor | null, thing: { inboxId: string }): boolean {
  return actor?.inboxIds.includes(thing.inboxId) ?? false
}
