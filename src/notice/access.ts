import { type Actor, isAdmin } from '../actor.js'

/** Notices are the admins'. */
export function seesNotices(actor: Actor | null): boolean {
  return isAdmin(actor)
}
