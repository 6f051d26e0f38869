import { type Actor, requireAgent } from '../actor.js'
import { mergeAttributes } from '../conversation/fields.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { appendEvents } from '../events/append.js'
import { type EndUser, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

/** Makes two end-users of an inbox one. What the first has goes to the second, whom its id leads to from then on. */
export function mergeEndUsers(
  db: Database,
  actor: Actor | null,
  input: { endUserId: string; intoEndUserId: string },
  call?: RepeatableCall,
) {
  const by = requireAgent(actor)
  return transact(db, by, call, async (tx) => {
    const into = await mergeInto(tx, by, input.endUserId, input.intoEndUserId)
    return { endUser: { id: into } }
  })
}

/** The step behind it; returns the id of whoever remains. Those who are one already stay as they are. */
export async function mergeInto(tx: Transaction, by: Actor, fromId: string, intoId: string): Promise<string> {
  // What takes long or waits comes first: whoever opens a conversation for either waits for what follows.
  await tx.query(lockConversations, [fromId])
  await tx.query(messages, [fromId, intoId])
  // Against all who hold on to either: a conversation that is being opened for the first goes to the second.
  const rows = await tx.query<EndUser>(lock, [[fromId, intoId], by.inboxIds])
  const from = rows.find(({ id }) => id === fromId)
  const into = rows.find(({ id }) => id === intoId)
  if (!from || !into) throw new NotFoundError('End-user')
  const last = into.mergedIntoId ?? into.id
  if ((from.mergedIntoId ?? from.id) === last) return last
  if (from.mergedIntoId || into.mergedIntoId) {
    return mergeInto(tx, by, from.mergedIntoId ?? from.id, last)
  }
  if (from.inboxId !== into.inboxId) {
    throw new ValidationError('intoEndUserId', 'Only end-users of the same inbox can be merged.')
  }
  for (const move of [identities, messages, conversations, redirect, suspicions]) {
    await tx.query(move, [from.id, into.id])
  }
  const attributes = mergeAttributes(from.attributes, into.attributes as Record<string, unknown>)
  await tx.query(save, [
    into.id,
    into.name ?? from.name,
    into.photoUrl ?? from.photoUrl,
    JSON.stringify(attributes),
    tx.now,
  ])
  const changes = { mergedIds: { from: null, to: [from.id] } }
  await appendEvents(tx, by, { inboxId: into.inboxId, conversationId: null, revision: null }, [
    { type: 'END_USER_CHANGED', endUserId: from.id, changes },
    { type: 'END_USER_CHANGED', endUserId: into.id, changes },
  ])
  return into.id
}

const lockConversations = statement(
  'endUser.lockConversations',
  'select 1 from conversation where end_user_id = $1 order by id for no key update',
)

const lock = statement(
  'endUser.lockBoth',
  `select ${columns('e', Prisma.EndUserScalarFieldEnum)}
     from end_user e where e.id = any($1::uuid[]) and e.inbox_id = any($2::uuid[]) order by e.id for update of e`,
)

const identities = statement(
  'endUser.moveIdentities',
  'update end_user_identity set end_user_id = $2 where end_user_id = $1',
)

const conversations = statement(
  'endUser.moveConversations',
  'update conversation set end_user_id = $2 where end_user_id = $1',
)

/** In conversations that are still the first's, whose only end-user has written all that no agent has. */
const messages = statement(
  'endUser.moveMessages',
  `update message m set author_end_user_id = $2
     from conversation c where c.end_user_id = $1 and m.conversation_id = c.id and m.author_end_user_id <> $2`,
)

const redirect = statement(
  'endUser.redirect',
  'update end_user set merged_into_id = $2 where id = $1 or merged_into_id = $1',
)

/** None of them is open any more, and those with others are for the second to have. */
const suspicions = statement(
  'endUser.moveSuspicions',
  `with gone as (
     delete from end_user_duplicate where end_user_id = $1 or original_id = $1 returning end_user_id, original_id)
   insert into end_user_duplicate (end_user_id, original_id, reason)
   select $2, case when end_user_id = $1 then original_id else end_user_id end, 'EMAIL' from gone
    where $2 not in (end_user_id, original_id)
       on conflict do nothing`,
)

const save = statement(
  'endUser.saveMerged',
  'update end_user set name = $2, photo_url = $3, attributes = $4, updated_at = $5 where id = $1',
)
