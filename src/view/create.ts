import { type Actor, requireSelf } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { requireMaker, requireMember, requireTeam, type Scoped } from '../scope/access.js'
import { cleanIcon, cleanName, type ViewSettings } from './settings.js'

export interface NewView extends ViewSettings, Scoped {}

/** That one agent has made. */
const mostViews = 200

/** Makes a view: for oneself, for a team of one's own, or, as a supervisor, for everybody. */
export function createView(db: Database, actor: Actor | null, input: NewView, call?: RepeatableCall) {
  requireTeam(input)
  const agent = requireMaker(actor, input, requireSelf)
  const name = cleanName(input.name)
  const icon = cleanIcon(input.icon)
  return transact(db, agent, call, async (tx) => {
    await requireMember(tx, agent, input)
    const [view] = await tx.query<{ id: string }>(insert, [
      newId(),
      input.scope,
      agent.agentId,
      input.teamId ?? null,
      name,
      icon,
      JSON.stringify(input.filter),
      input.order.field,
      input.order.descending,
      input.position,
      tx.now,
    ])
    if (!view) throw new ValidationError('name', `You have made ${mostViews} views. Delete some first.`)
    return { view: { id: view.id } }
  })
}

const insert = statement(
  'view.insert',
  `insert into view (id, scope, owner_id, team_id, name, icon, filter, order_field, is_descending, position, created_at)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
    where (select count(*) from view where owner_id = $3 and archived_at is null) < ${mostViews}
   returning id`,
)
