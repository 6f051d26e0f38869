import { type AgentActor, requireSelf } from '../actor.js'
import type { Queryable, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { Prisma, type View } from '../generated/prisma/client.js'
import { inSight, requireMaker } from '../scope/access.js'

/** The views that somebody has, by their places. */
export function viewsOf(db: Queryable, { agentId }: AgentActor): Promise<View[]> {
  return db.query(visible, [agentId])
}

/** A view that somebody may see, deleted or not; null when there is none. */
export async function findView(db: Queryable, { agentId }: AgentActor, id: string): Promise<View | null> {
  const [view] = await db.query<View>(byId, [agentId, id])
  return view ?? null
}

/** Refuses whoever may not change a view, also in a repeat. Throws NotFoundError or ForbiddenError. */
export async function requireChangeable(db: Queryable, agent: AgentActor, id: string): Promise<void> {
  const view = await findView(db, agent, id)
  if (!view) throw new NotFoundError('View')
  requireMaker(agent, view, requireSelf)
}

/** A view that nobody else can change until this transaction ends. Throws NotFoundError when it is deleted. */
export async function lockView(tx: Transaction, { agentId }: AgentActor, id: string): Promise<View> {
  const [view] = await tx.query<View>(lock, [agentId, id])
  if (!view) throw new NotFoundError('View')
  return view
}

const select = `select ${columns('v', Prisma.ViewScalarFieldEnum)} from view v where ${inSight('v')}`

const visible = statement(
  'view.visible',
  `${select} and v.archived_at is null order by v.position, v.name, v.id`,
)
const byId = statement('view.byId', `${select} and v.id = $2`)
const lock = statement(
  'view.lock',
  `${select} and v.id = $2 and v.archived_at is null for no key update of v`,
)
