import { type AgentActor, tokenScopes } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { AgentRole } from '../generated/prisma/enums.js'

/** Why a webhook cannot go on with its owner's rights. */
export const ownerLost =
  'The admin whose rights it has is one no longer. Resume it as an admin: from then on it has your rights.'

/** A webhook's owner, with the rights of now; null when they may have no webhooks any more. */
export async function webhookOwner(db: Queryable, webhookId: string): Promise<AgentActor | null> {
  const [owner] = await db.query<Row>(find, [webhookId])
  return owner ? { kind: 'AGENT', isBot: false, scopes: tokenScopes, tokenId: webhookId, ...owner } : null
}

type Row = { agentId: string; name: string; role: AgentRole; inboxIds: string[] }

/** Whether the agent `a` may have webhooks. */
export const mayOwn = `(a.role = 'ADMIN' and a.archived_at is null)`

const find = statement(
  'webhook.owner',
  `select a.id as "agentId", a.name, a.role, array(select i.id from inbox i) as "inboxIds"
     from webhook w join agent a on a.id = w.owner_id
    where w.id = $1 and w.archived_at is null and ${mayOwn}`,
)
