import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import { recordForIntegration } from '../integration/log.js'
import { storable } from '../text.js'
import { type EndUserView, emailOf } from './access.js'

/** An end-user found by an integration's own id of them. */
export interface KnownByObjectId extends EndUserView {
  /** Of what the integration said when it created them; null when it has only mentioned them. */
  inputHash: number | null
}

/** The end-user whom an integration knows by this id; while there is none, nobody else can bind it until this ends. */
export async function knownByObjectId(
  tx: Transaction,
  integrationId: string,
  objectId: string,
): Promise<KnownByObjectId | null> {
  const find = async () => (await tx.query<KnownByObjectId>(byObjectId, [integrationId, objectId]))[0] ?? null
  const known = await find()
  if (known) return known
  const [, meanwhile] = await Promise.all([tx.query(lockIdentity, [`${integrationId} ${objectId}`]), find()])
  return meanwhile
}

/** Binds an integration's id, which must be free, to an end-user. */
export async function bindObjectId(
  tx: Transaction,
  integrationId: string,
  objectId: string,
  endUserId: string,
  inputHash: number | null = null,
): Promise<void> {
  await tx.query(identify, [newId(), endUserId, 'FIN', integrationId, objectId, inputHash])
}

/** Notes what an integration said of an end-user it had only mentioned before. */
export async function keepInputHash(
  tx: Transaction,
  integrationId: string,
  objectId: string,
  inputHash: number,
): Promise<void> {
  await tx.query(setHash, [integrationId, objectId, inputHash])
}

/** Someone whom an inbox knows by an e-mail address. */
export interface KnownByEmail extends EndUserView {
  /** An integration has an id of them. */
  isClaimed: boolean
}

/** Whom an inbox knows by an e-mail address; while nobody is claimed, nobody else can be until this ends. */
export async function knownByEmail(
  tx: Transaction,
  inboxId: string,
  email: string,
): Promise<KnownByEmail | null> {
  const find = async () => (await tx.query<KnownByEmail>(byEmail, [email, inboxId]))[0] ?? null
  const known = await find()
  if (known?.isClaimed) return known
  const [, meanwhile] = await Promise.all([tx.query(lockIdentity, [`${inboxId} ${email}`]), find()])
  return meanwhile
}

/**
 * Makes this an end-user's e-mail address and returns the one that holds. A channel's word changes only what that
 * channel has said before; a human's word replaces all.
 */
export async function setEmail(
  tx: Transaction,
  by: Actor,
  endUser: EndUserView,
  given: string,
): Promise<string | null> {
  const email = cleanEmail(given)
  if (!email || email === endUser.email) return endUser.email
  const mine = voucher(by, endUser)
  const present = await tx.query<{ id: string; scope: string }>(emails, [endUser.id])
  if (by.kind === 'INTEGRATION' && present.some(({ scope }) => scope.split(':')[0] !== by.integrationId)) {
    await recordForIntegration(tx, by.integrationId, {
      kind: 'NOT_APPLIED',
      detail: 'user.email: the address is known from elsewhere and stays',
      endUserId: endUser.id,
      field: 'user.email',
      value: given,
    })
    return endUser.email
  }
  await tx.query(dropEmails, [endUser.id])
  await tx.query(identify, [newId(), endUser.id, 'EMAIL', mine, email, null])
  return email
}

/** Vouches for the e-mail address of a new end-user. */
export async function vouchForEmail(
  tx: Transaction,
  by: Actor,
  endUser: Pick<EndUser, 'id' | 'inboxId'>,
  email: string,
) {
  await tx.query(identify, [newId(), endUser.id, 'EMAIL', voucher(by, endUser), email, null])
}

/** As it is compared; null when there is none. */
export function cleanEmail(email: string | null | undefined): string | null {
  return (
    storable(email ?? '')
      .trim()
      .toLowerCase() || null
  )
}

/** An address typed into a messenger proves nothing, so it is unique to the end-user who typed it. */
function voucher(by: Actor, endUser: Pick<EndUser, 'id' | 'inboxId'>): string {
  return `${by.kind === 'INTEGRATION' ? by.integrationId : endUser.inboxId}:${endUser.id}`
}

const fields = columns('e', Prisma.EndUserScalarFieldEnum)

const lockIdentity = statement(
  'endUser.lockIdentity',
  'select pg_advisory_xact_lock(hashtextextended($1, 7))',
)

const byObjectId = statement(
  'endUser.byObjectId',
  `select ${fields}, ${emailOf('e')} as email, k.input_hash as "inputHash"
     from end_user_identity k join end_user b on b.id = k.end_user_id
     join end_user e on e.id = coalesce(b.merged_into_id, b.id)
    where k.kind = 'FIN' and k.scope = $1 and k.value = $2`,
)

const byEmail = statement(
  'endUser.byEmail',
  `select ${fields}, k.value as email,
          exists (select 1 from end_user_identity f
                   where f.end_user_id = e.id and f.kind = 'FIN') as "isClaimed"
     from end_user_identity k join end_user e on e.id = k.end_user_id
    where k.kind = 'EMAIL' and k.value = $1 and e.inbox_id = $2
    order by "isClaimed", k.id limit 1`,
)

/** For whomever they are merged into, also by a merge that ends just before. */
const identify = statement(
  'endUser.identify',
  `insert into end_user_identity (id, end_user_id, kind, scope, value, input_hash)
   select $1, coalesce(e.merged_into_id, e.id), $3::"IdentityKind", $4, $5, $6
     from (select id, merged_into_id from end_user where id = $2 for key share) e`,
)

const setHash = statement(
  'endUser.setHash',
  `update end_user_identity set input_hash = $3 where kind = 'FIN' and scope = $1 and value = $2`,
)

const emails = statement(
  'endUser.emails',
  `select id, scope from end_user_identity where end_user_id = $1 and kind = 'EMAIL'`,
)

const dropEmails = statement(
  'endUser.dropEmails',
  `delete from end_user_identity where end_user_id = $1 and kind = 'EMAIL'`,
)
