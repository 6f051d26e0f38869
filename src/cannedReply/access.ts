import type { AgentActor } from '../actor.js'
import type { Queryable, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type CannedReply, Prisma } from '../generated/prisma/client.js'
import { inSight, requireMaker } from '../scope/access.js'

/** At most so many are listed. */
const most = 100

/** Those that an agent has, by name; with a text, those in whose shortcut, name or words it stands, best ones first. */
export function listCannedReplies(
  db: Queryable,
  { agentId }: AgentActor,
  search: string | null,
): Promise<CannedReply[]> {
  const text = search?.trim() || null
  return db.query(list, [agentId, text, most])
}

/** One that somebody may see, deleted or not; null when there is none. */
export async function findCannedReply(
  db: Queryable,
  { agentId }: AgentActor,
  id: string,
): Promise<CannedReply | null> {
  const [found] = await db.query<CannedReply>(byId, [agentId, id])
  return found ?? null
}

/** One that nobody else can change until this transaction ends. Throws NotFoundError when it is deleted. */
export async function lockCannedReply(
  tx: Transaction,
  { agentId }: AgentActor,
  id: string,
): Promise<CannedReply> {
  const [found] = await tx.query<CannedReply>(lock, [agentId, id])
  if (!found) throw new NotFoundError('Canned reply')
  return found
}

/** Refuses whoever may not change one, also in a repeat. Throws NotFoundError or ForbiddenError. */
export async function requireChangeable(db: Queryable, agent: AgentActor, id: string): Promise<void> {
  const found = await findCannedReply(db, agent, id)
  if (!found) throw new NotFoundError('Canned reply')
  requireMaker(agent, found)
}

const select = `select ${columns('r', Prisma.CannedReplyScalarFieldEnum)} from canned_reply r where ${inSight('r')}`

const list = statement(
  'cannedReply.list',
  `${select} and r.archived_at is null
      and ($2::text is null or position(folded($2) in folded(concat_ws(' ', r.shortcut, r.name, r.text))) > 0)
    order by ($2::text is not null and folded(r.shortcut) = folded($2)) desc nulls last,
             ($2::text is not null and position(folded($2) in folded(r.shortcut)) = 1) desc nulls last,
             r.name, r.id limit $3`,
)
const byId = statement('cannedReply.byId', `${select} and r.id = $2`)
const lock = statement(
  'cannedReply.lock',
  `${select} and r.id = $2 and r.archived_at is null for no key update of r`,
)
