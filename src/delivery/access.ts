import { type Actor, type AgentActor, isAdmin } from '../actor.js'

/** Deliveries are shown to admins alone: a webhook's body holds what its document asked for, of whichever inbox. */
export function seesDeliveries(actor: Actor | null): actor is AgentActor {
  return isAdmin(actor)
}

/** Whether someone who sees deliveries sees those of the listener `l`, whose integration is `f`; `$1`: their inboxes. */
export const inSight = '(l.webhook_id is not null or f.inbox_id = any($1::uuid[]))'

/** The same condition on one delivery in hand. */
export function isInSight(actor: Actor | null, delivery: { inboxId: string | null }): boolean {
  if (!seesDeliveries(actor)) return false
  return delivery.inboxId === null || actor.inboxIds.includes(delivery.inboxId)
}
