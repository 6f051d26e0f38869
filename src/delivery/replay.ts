import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import type { DeliveryState } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockForResend, type Named, sendAgain } from './again.js'
import { firstIdOf, lastIdOf } from './filter.js'

export interface Replay {
  integrationId?: string | null
  webhookId?: string | null
  /** From this moment on. */
  from: Date
  /** Before this moment. */
  to: Date
  /** Delivered and given up when left out. */
  states?: readonly DeliveryState[] | null
}

const finished: readonly DeliveryState[] = ['DELIVERED', 'PARKED']

/** How many one call may look at. */
export const mostReplayed = 10_000

/** Sends the deliveries of a receiver again that were made within a time and are finished. Returns how many go out. */
export function replayDeliveries(db: Database, actor: Actor | null, input: Replay, call?: RepeatableCall) {
  const admin = requireAdmin(actor)
  const receiver = receiverOf(input)
  const { from, to } = input
  const states = input.states ?? finished
  if (from >= to) throw new ValidationError('to', 'The time ends before it begins: give a `to` after `from`.')
  if (states.some((state) => !finished.includes(state))) {
    throw new ValidationError('states', 'Only what is finished can be replayed: DELIVERED and PARKED.')
  }
  return transact(db, admin, call, async (tx) => {
    const listener = await lockForResend(tx, admin, receiver)
    const chosen = await tx.query<{ id: string }>(choose, [
      listener.id,
      states,
      from,
      to,
      firstIdOf(from),
      lastIdOf(to),
      mostReplayed + 1,
    ])
    if (chosen.length > mostReplayed) {
      throw new ValidationError(
        'to',
        `There are more than ${mostReplayed.toLocaleString('en')} in that time. Choose a shorter one, or fewer states.`,
      )
    }
    const ids = chosen.map(({ id }) => id)
    return { count: await sendAgain(tx, listener, ids) }
  })
}

function receiverOf({ integrationId, webhookId }: Replay): Named {
  if (integrationId != null && webhookId == null) return { integrationId }
  if (webhookId != null && integrationId == null) return { webhookId }
  throw new ValidationError('webhookId', 'Give `integrationId` or `webhookId`: one of them.')
}

/** Locked against being forgotten meanwhile: one that queues behind it would wait for ever. */
const choose = statement(
  'delivery.chooseFinished',
  `select id from delivery
    where listener_id = $1 and state = any($2::"DeliveryState"[])
      and created_at >= $3 and created_at < $4 and id >= $5 and id < $6
    limit $7 for update`,
)
