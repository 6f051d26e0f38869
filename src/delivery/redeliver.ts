import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import type { DeliveryState } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { type LockedListener, lockForResend, sendAgain } from './again.js'

/** Sends a delivery again; one that waits for another try, or for a time, is sent now. */
export function redeliver(
  db: Database,
  actor: Actor | null,
  input: { deliveryId: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const listener = await lockForResend(tx, admin, input)
    const state = await lockDelivery(tx, input.deliveryId)
    if (state === 'PENDING') await tx.query(hurry, [input.deliveryId, tx.now])
    if (state !== 'DELIVERED' && state !== 'PARKED') return { delivery: { id: input.deliveryId } }
    // Another may stand for it. One that was under way may be delivered meanwhile: then none does, and it goes itself.
    const id =
      (await standing(tx, listener, input.deliveryId)) ?? (await standing(tx, listener, input.deliveryId))
    if (!id) throw new Error(`Delivery ${input.deliveryId} is sent again by none.`)
    return { delivery: { id } }
  })
}

/** Throws NotFoundError when it has been forgotten meanwhile. */
async function lockDelivery(tx: Transaction, id: string): Promise<DeliveryState> {
  const [delivery] = await tx.query<{ state: DeliveryState }>(lock, [id])
  if (!delivery) throw new NotFoundError('Delivery')
  return delivery.state
}

/** Sends it again and gives what does so; null when that has been delivered by then. */
async function standing(tx: Transaction, listener: LockedListener, id: string): Promise<string | null> {
  await sendAgain(tx, listener, [id])
  if (!listener.isFin) return id
  const [unfinished] = await tx.query<{ id: string }>(findUnfinished, [id])
  return unfinished?.id ?? null
}

const lock = statement('delivery.lock', 'select state from delivery where id = $1 for update')

const hurry = statement(
  'delivery.hurry',
  `update delivery set next_attempt_at = $2 where id = $1 and next_attempt_at > $2`,
)

const findUnfinished = statement(
  'delivery.unfinished',
  `select u.id from delivery d join delivery u on u.listener_id = d.listener_id and u.subject_id = d.subject_id
    where d.id = $1 and u.state in ('PENDING', 'IN_FLIGHT') order by u.state = 'PENDING' desc limit 1`,
)
