import type { IntegrationActor } from '../actor.js'
import type { Queryable, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { storedId } from '../ids.js'
import { findEndUser } from './access.js'
import { suspectDuplicate } from './duplicates.js'
import { bindObjectId, knownByObjectId } from './identity.js'
import { mergeInto } from './merge.js'

/**
 * The end-user of a conversation of whom an integration says: this one, by our id or by its own. When that is somebody
 * else, the two were merged where the integration comes from, and are merged here. Absent: a merge of somebody whom
 * not only the integration knows; that is suggested to a human.
 */
export async function mentioned(
  tx: Transaction,
  by: IntegrationActor,
  endUserId: string,
  id: string | null | undefined,
): Promise<string> {
  if (!id) return endUserId
  const ours = storedId('EndUser', id)
  const known = ours ? await findEndUser(tx, by, ours) : await knownByObjectId(tx, by.integrationId, id)
  if (!known) {
    if (!ours) await bindObjectId(tx, by.integrationId, id, endUserId)
    return endUserId
  }
  if (known.id === endUserId || known.inboxId !== by.inboxId) return endUserId
  if (!(await isItsOwn(tx, by, endUserId))) {
    await suspectDuplicate(tx, endUserId, known.id)
    return endUserId
  }
  return mergeInto(tx, by, endUserId, known.id)
}

/** Whether all that is known of an end-user came from this integration; a name alone may be an agent's word. */
async function isItsOwn(db: Queryable, by: IntegrationActor, endUserId: string): Promise<boolean> {
  const [known] = await db.query<{ isOwn: boolean | null }>(own, [endUserId, by.integrationId])
  return known?.isOwn ?? false
}

const own = statement(
  'endUser.isOwn',
  `select bool_and(split_part(scope, ':', 1) = $2) as "isOwn" from end_user_identity where end_user_id = $1`,
)
