import { type Actor, isAdmin } from '../actor.js'

/** Which webhooks someone sees: the admins all. For Prisma's `where`. */
export function inSight(actor: Actor | null) {
  return isAdmin(actor) ? {} : { id: { in: [] as string[] } }
}
