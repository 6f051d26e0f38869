import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { lockWebhook } from './lock.js'

/** Sends a sample to a webhook, as one more delivery of type TEST; `sample` is its body. */
export function sendSample(
  db: Database,
  actor: Actor | null,
  { webhookId, sample }: { webhookId: string; sample: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const { state, fault } = await lockWebhook(tx, webhookId)
    if (state !== 'ACTIVE' || fault) {
      throw new ValidationError('webhookId', 'Nothing is sent to this webhook at present. Resume it first.')
    }
    const id = newId()
    await tx.query(insert, [id, webhookId, sample, tx.now])
    return { webhook: { id: webhookId }, delivery: { id } }
  })
}

const insert = statement(
  'delivery.insertTest',
  `insert into delivery (id, listener_id, subject_id, event_type, body, next_attempt_at, first_position, last_position, created_at)
   select $1, l.id, $1, 'TEST', $3, $4, l.position, l.position, $4 from listener l where l.webhook_id = $2`,
)
