import type { Actor } from '../actor.js'

/** Notices are the admins'. */
export function seesNotices(actor: Actor | null): boolean {
  return actor?.kind === 'AGENT' && actor.role === 'ADMIN'
}
