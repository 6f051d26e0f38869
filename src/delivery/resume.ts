import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'

/**
 * A person says that the receiver of an integration or a webhook takes deliveries again: what waits after failures is due.
 * A wait that the receiver asked for stays.
 */
export async function resumeListener(tx: Transaction, receiverId: string): Promise<void> {
  await tx.query(forgetFailures, [receiverId])
  await tx.query(makeDue, [receiverId, tx.now])
}

const forgetFailures = statement(
  'listener.forgetFailures',
  'update listener set failures = 0, probe_at = null where integration_id = $1 or webhook_id = $1',
)

const makeDue = statement(
  'listener.makeDue',
  `update delivery d set next_attempt_at = $2
     from listener l
    where (l.integration_id = $1 or l.webhook_id = $1) and d.listener_id = l.id
      and d.state = 'PENDING' and d.next_attempt_at > $2`,
)
