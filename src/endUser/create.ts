import { type Actor, requireWriter } from '../actor.js'
import { mergeAttributes } from '../conversation/fields.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { recordUnread, type UnreadValue } from '../integration/log.js'
import { inputHash, recordDifferentRepeat } from '../integration/repeat.js'
import { storable } from '../text.js'
import type { EndUserView } from './access.js'
import { suspectDuplicate } from './duplicates.js'
import {
  bindObjectId,
  cleanEmail,
  keepInputHash,
  knownByEmail,
  knownByObjectId,
  vouchForEmail,
} from './identity.js'
import { changeEndUser } from './update.js'

export interface NewEndUser {
  name?: string | null
  email?: string | null
  photoUrl?: string | null
  attributes?: Record<string, unknown> | null
  /** The integration's own id of them: a repeat gives the first. */
  objectId?: string | null
}

/** Makes an end-user known to an inbox, or finds the one that is meant. */
export function createEndUser(
  db: Database,
  actor: Actor | null,
  input: NewEndUser & { inboxId?: string | null; unread?: readonly UnreadValue[] | null },
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  const inboxId = by.kind === 'INTEGRATION' ? by.inboxId : input.inboxId
  if (!inboxId) throw new ValidationError('inboxId', 'Say which inbox knows this end-user.')
  if (!by.inboxIds.includes(inboxId)) throw new NotFoundError('Inbox')
  return transact(db, by, call, async (tx) => {
    const { name, email, photoUrl, attributes } = input
    const hash = inputHash({ name, email, photoUrl, attributes })
    const found = await recogniseEndUser(tx, by, inboxId, input, hash)
    // Whom a conversation had only mentioned, or an agent had made, is told of in full only now.
    const endUser = found.isRepeat ? found : await changeEndUser(tx, by, found.id, input)
    if (by.kind === 'INTEGRATION')
      await recordUnread(tx, by.integrationId, { endUserId: endUser.id }, input.unread)
    return { endUser }
  })
}

/**
 * Finds an end-user by the integration's object id; by e-mail only one whom no other object id claims, for anyone can
 * type an e-mail into a messenger. Else makes one. Safe in parallel: an identity is unique in its scope.
 *
 * @param hash of what was said, when this is said to create them
 * @returns isRepeat when they were created by the same object id before
 */
export async function recogniseEndUser(
  tx: Transaction,
  by: Actor,
  inboxId: string,
  given: NewEndUser,
  hash: number | null = null,
): Promise<EndUserView & { isRepeat: boolean }> {
  const integrationId = by.kind === 'INTEGRATION' ? by.integrationId : null
  const objectId = integrationId ? (given.objectId ?? null) : null
  if (integrationId && objectId) {
    const known = await knownByObjectId(tx, integrationId, objectId)
    if (known) {
      if (hash !== null && known.inputHash === null) await keepInputHash(tx, integrationId, objectId, hash)
      else if (hash !== null && known.inputHash !== hash)
        await recordDifferentRepeat(tx, integrationId, { endUserId: known.id }, objectId)
      return { ...known, isRepeat: known.inputHash !== null }
    }
  }
  const email = cleanEmail(given.email)
  const namesake = email ? await knownByEmail(tx, inboxId, email) : null
  const binds = by.kind !== 'INTEGRATION' || (by.bindsByEmail && !namesake?.isClaimed)
  const found = namesake && binds ? namesake : await insertEndUser(tx, by, inboxId, given, email)
  await Promise.all([
    integrationId && objectId && bindObjectId(tx, integrationId, objectId, found.id, hash),
    namesake && found.id !== namesake.id && suspectDuplicate(tx, found.id, namesake.id),
  ])
  return { ...found, isRepeat: false }
}

async function insertEndUser(
  tx: Transaction,
  by: Actor,
  inboxId: string,
  given: NewEndUser,
  email: string | null,
): Promise<EndUserView> {
  const id = newId()
  const inserting = tx.query<EndUser>(insert, [
    id,
    inboxId,
    storable(given.name ?? '').trim() || null,
    given.photoUrl ?? null,
    JSON.stringify(mergeAttributes({}, given.attributes)),
    tx.now,
  ])
  const [[made]] = await Promise.all([inserting, email && vouchForEmail(tx, by, { id, inboxId }, email)])
  if (!made) throw new Error('An end-user was not inserted.')
  return { ...made, email }
}

const insert = statement(
  'endUser.insert',
  `insert into end_user as e (id, inbox_id, name, photo_url, attributes, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $6) returning ${columns('e', Prisma.EndUserScalarFieldEnum)}`,
)
