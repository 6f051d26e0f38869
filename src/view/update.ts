import { type Actor, requireSelf } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockView, requireChangeable } from './access.js'
import { cleanIcon, cleanName, type ViewSettings } from './settings.js'

/** What is left out stays as it is; whose it is stays anyway. */
export type ViewUpdate = { viewId: string } & { [Name in keyof ViewSettings]?: ViewSettings[Name] | null }

/** Changes a view, for all who have it. */
export async function updateView(
  db: Database,
  actor: Actor | null,
  input: ViewUpdate,
  call?: RepeatableCall,
) {
  const agent = requireSelf(actor)
  const name = input.name == null ? null : cleanName(input.name)
  const icon = input.icon === undefined ? undefined : cleanIcon(input.icon)
  await requireChangeable(db, agent, input.viewId)
  return transact(db, agent, call, async (tx) => {
    const before = await lockView(tx, agent, input.viewId)
    await tx.query(update, [
      before.id,
      name ?? before.name,
      icon === undefined ? before.icon : icon,
      JSON.stringify(input.filter ?? before.filter),
      input.order?.field ?? before.orderField,
      input.order?.descending ?? before.isDescending,
      input.position ?? before.position,
    ])
    return { view: { id: before.id } }
  })
}

const update = statement(
  'view.update',
  `update view set name = $2, icon = $3, filter = $4, order_field = $5, is_descending = $6, position = $7 where id = $1`,
)
