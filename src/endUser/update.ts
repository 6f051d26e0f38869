import { isDeepStrictEqual } from 'node:util'
import { type Actor, requireWriter } from '../actor.js'
import { mergeAttributes } from '../conversation/fields.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { appendEvents } from '../events/append.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { storable } from '../text.js'
import { type EndUserView, emailOf } from './access.js'

/** What is left out stays as it is. */
export interface EndUserChanges {
  name?: string | null
  photoUrl?: string | null
  /** Merged by key; null removes a key. */
  attributes?: Record<string, unknown> | null
}

/** Changes what is known of an end-user. */
export function updateEndUser(
  db: Database,
  actor: Actor | null,
  input: EndUserChanges & { endUserId: string },
  call?: RepeatableCall,
) {
  const by = requireWriter(actor)
  return transact(db, by, call, async (tx) => ({
    endUser: await changeEndUser(tx, by, input.endUserId, input),
  }))
}

/** The step behind it; a change that changes nothing records no event. */
export async function changeEndUser(
  tx: Transaction,
  by: Actor,
  id: string,
  changes: EndUserChanges,
): Promise<EndUserView> {
  const [before] = await tx.query<EndUserView>(lock, [id, by.inboxIds])
  if (!before) throw new NotFoundError('End-user')
  const after = {
    name: storable(changes.name ?? '').trim() || before.name,
    photoUrl: changes.photoUrl ?? before.photoUrl,
    attributes: mergeAttributes(before.attributes, changes.attributes),
  }
  const changed = (['name', 'photoUrl', 'attributes'] as const).filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  )
  if (changed.length === 0) return before

  await tx.query<EndUser>(update, [id, after.name, after.photoUrl, JSON.stringify(after.attributes), tx.now])
  await appendEvents(tx, by, { inboxId: before.inboxId, conversationId: null, revision: null }, [
    {
      type: 'END_USER_CHANGED',
      endUserId: id,
      changes: Object.fromEntries(changed.map((key) => [key, { from: null, to: null }])),
    },
  ])
  return { ...before, ...after, updatedAt: tx.now }
}

const lock = statement(
  'endUser.lock',
  `select ${columns('e', Prisma.EndUserScalarFieldEnum)}, ${emailOf('e')} as email
     from end_user e where e.id = $1 and e.inbox_id = any($2::uuid[]) for no key update of e`,
)

const update = statement(
  'endUser.save',
  'update end_user set name = $2, photo_url = $3, attributes = $4, updated_at = $5 where id = $1',
)
