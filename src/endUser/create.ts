import { type Actor, requireWriter } from '../actor.js'
import { mergeAttributes } from '../conversation/fields.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { storable } from '../text.js'
import { type EndUserView, emailOf } from './access.js'

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
  input: NewEndUser & { inboxId?: string | null },
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  const inboxId = by.kind === 'INTEGRATION' ? by.inboxId : input.inboxId
  if (!inboxId) throw new ValidationError('inboxId', 'Say which inbox knows this end-user.')
  if (!by.inboxIds.includes(inboxId)) throw new NotFoundError('Inbox')
  return transact(db, by, call, async (tx) => ({ endUser: await recogniseEndUser(tx, by, inboxId, input) }))
}

/**
 * Finds an end-user by the integration's object id; by e-mail only one whom no other object id claims, for anyone can
 * type an e-mail into a messenger. Else makes one. Safe in parallel: an identity is unique in its scope.
 */
export async function recogniseEndUser(
  tx: Transaction,
  by: Actor,
  inboxId: string,
  given: NewEndUser,
): Promise<EndUserView> {
  const email =
    storable(given.email ?? '')
      .trim()
      .toLowerCase() || null
  const integrationId = by.kind === 'INTEGRATION' ? by.integrationId : null
  const objectId = integrationId ? (given.objectId ?? null) : null
  if (integrationId && objectId) {
    // The advisory lock makes 50 parallel repeats of one object id into one end-user.
    await tx.query(lockIdentity, [`${integrationId} ${objectId}`])
    const [known] = await tx.query<EndUserView>(byIdentity, ['FIN', integrationId, objectId])
    if (known) return known
  }
  if (email) {
    await tx.query(lockIdentity, [`${inboxId} ${email}`])
    const [known] = await tx.query<EndUserView>(byEmail, [email, inboxId, integrationId, objectId === null])
    if (known) {
      if (integrationId && objectId)
        await tx.query(identify, [newId(), known.id, 'FIN', integrationId, objectId])
      return known
    }
  }
  const [made] = await tx.query<EndUser>(insert, [
    newId(),
    inboxId,
    given.name ? storable(given.name) : null,
    given.photoUrl ?? null,
    JSON.stringify(mergeAttributes({}, given.attributes)),
    tx.now,
  ])
  if (!made) throw new Error('An end-user was not inserted.')
  if (integrationId && objectId) await tx.query(identify, [newId(), made.id, 'FIN', integrationId, objectId])
  if (email) {
    const vouchedBy = integrationId ? `${integrationId}:${objectId ?? made.id}` : `${inboxId}:${made.id}`
    await tx.query(identify, [newId(), made.id, 'EMAIL', vouchedBy, email])
  }
  return { ...made, email }
}

const fields = columns('e', Prisma.EndUserScalarFieldEnum)

const lockIdentity = statement(
  'endUser.lockIdentity',
  'select pg_advisory_xact_lock(hashtextextended($1, 7))',
)

const byIdentity = statement(
  'endUser.byIdentity',
  `select ${fields}, ${emailOf('e')} as email from end_user_identity k join end_user e on e.id = k.end_user_id
    where k.kind = $1::"IdentityKind" and k.scope = $2 and k.value = $3`,
)

const byEmail = statement(
  'endUser.byEmail',
  `select ${fields}, k.value as email from end_user_identity k join end_user e on e.id = k.end_user_id
    where k.kind = 'EMAIL' and k.value = $1 and e.inbox_id = $2
      and ($4 or not exists (select 1 from end_user_identity f
                              where f.end_user_id = e.id and f.kind = 'FIN' and f.scope = $3))
    order by k.id limit 1`,
)

const insert = statement(
  'endUser.insert',
  `insert into end_user as e (id, inbox_id, name, photo_url, attributes, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $6) returning ${fields}`,
)

const identify = statement(
  'endUser.identify',
  'insert into end_user_identity (id, end_user_id, kind, scope, value) values ($1, $2, $3::"IdentityKind", $4, $5)',
)
