import { type Actor, requireSelf } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockView, requireChangeable } from './access.js'

/** Takes a view from all who have it. */
export async function deleteView(
  db: Database,
  actor: Actor | null,
  { viewId }: { viewId: string },
  call?: RepeatableCall,
) {
  const agent = requireSelf(actor)
  await requireChangeable(db, agent, viewId)
  return transact(db, agent, call, async (tx) => {
    const { id } = await lockView(tx, agent, viewId)
    await tx.query(archive, [id, tx.now])
    return { view: { id } }
  })
}

const archive = statement('view.archive', 'update view set archived_at = $2 where id = $1')
