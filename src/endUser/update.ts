import { isDeepStrictEqual } from 'node:util'
import { type Actor, requireWriter } from '../actor.js'
import { mergeAttributes } from '../conversation/fields.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, type Statement, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { appendEvents } from '../events/append.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { recordUnread, type UnreadValue } from '../integration/log.js'
import { storable } from '../text.js'
import { type EndUserView, emailOf, findEndUser } from './access.js'
import { cleanEmail, setEmail } from './identity.js'

/** What is left out stays as it is. */
export interface EndUserChanges {
  name?: string | null
  email?: string | null
  photoUrl?: string | null
  /** Merged by key; null removes a key. */
  attributes?: Record<string, unknown> | null
}

/** Changes what is known of an end-user. */
export function updateEndUser(
  db: Database,
  actor: Actor | null,
  input: EndUserChanges & { endUserId: string; unread?: readonly UnreadValue[] | null },
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  return transact(db, by, call, async (tx) => {
    const endUser = await changeEndUser(tx, by, input.endUserId, input)
    if (by.kind === 'INTEGRATION')
      await recordUnread(tx, by.integrationId, { endUserId: endUser.id }, input.unread)
    return { endUser }
  })
}

/** The step behind it, also for an id that was merged; a change that changes nothing records no event. */
export async function changeEndUser(
  tx: Transaction,
  by: Actor,
  id: string,
  changes: EndUserChanges,
): Promise<EndUserView> {
  const known = await findEndUser(tx, by, id)
  // Without a lock that nothing needs: Fin says the same with every sync.
  if (known && changesNothing(known, changes)) return known
  const before = known && (await locked(tx, lock, known.id))
  if (!before) throw new NotFoundError('End-user')
  return apply(tx, by, before, changes)
}

/** The same for somebody who was found just now; lets be whom somebody else is changing. */
export async function changeEndUserIfFree(
  tx: Transaction,
  by: Actor,
  known: EndUserView,
  changes: EndUserChanges,
): Promise<void> {
  if (changesNothing(known, changes)) return
  const before = await locked(tx, lockIfFree, known.id)
  if (before) await apply(tx, by, before, changes)
}

/** Whether all that is said is known already. */
export function changesNothing(
  known: EndUserView,
  { name, email, photoUrl, attributes }: EndUserChanges,
): boolean {
  return (
    [known.name, null].includes(storable(name ?? '').trim() || null) &&
    [known.email, null].includes(cleanEmail(email)) &&
    [known.photoUrl, null].includes(photoUrl ?? null) &&
    isDeepStrictEqual(known.attributes, mergeAttributes(known.attributes, attributes))
  )
}

async function locked(tx: Transaction, how: Statement, id: string): Promise<EndUserView | null> {
  const [endUser] = await tx.query<EndUserView>(how, [id])
  return endUser ?? null
}

async function apply(
  tx: Transaction,
  by: Actor,
  before: EndUserView,
  changes: EndUserChanges,
): Promise<EndUserView> {
  const after = {
    name: storable(changes.name ?? '').trim() || before.name,
    email: changes.email ? await setEmail(tx, by, before, changes.email) : before.email,
    photoUrl: changes.photoUrl ?? before.photoUrl,
    attributes: mergeAttributes(before.attributes, changes.attributes),
  }
  const changed = (['name', 'email', 'photoUrl', 'attributes'] as const).filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  )
  if (changed.length === 0) return before

  await tx.query<EndUser>(update, [
    before.id,
    after.name,
    after.photoUrl,
    JSON.stringify(after.attributes),
    tx.now,
  ])
  await appendEvents(tx, by, { inboxId: before.inboxId, conversationId: null, revision: null }, [
    {
      type: 'END_USER_CHANGED',
      endUserId: before.id,
      changes: Object.fromEntries(changed.map((key) => [key, { from: null, to: null }])),
    },
  ])
  return { ...before, ...after, updatedAt: tx.now }
}

const found = `select ${columns('e', Prisma.EndUserScalarFieldEnum)}, ${emailOf('e')} as email
                 from end_user e where e.id = $1`

const lock = statement('endUser.lock', `${found} for no key update of e`)

const lockIfFree = statement('endUser.lockIfFree', `${found} for no key update of e skip locked`)

const update = statement(
  'endUser.save',
  'update end_user set name = $2, photo_url = $3, attributes = $4, updated_at = $5 where id = $1',
)
