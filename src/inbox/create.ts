import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type Inbox, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { joinInbox } from './members.js'

/** Makes an inbox; whoever makes it becomes its first member. */
export function createInbox(
  db: Database,
  actor: Actor | null,
  input: { name: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const inbox = await insertInbox(tx, input.name)
    await tx.query(joinInbox, [inbox.id, admin.agentId])
    return { inbox }
  })
}

/** The step that stores it, without members. */
export async function insertInbox(tx: Transaction, name: string): Promise<Inbox> {
  if (name.trim() === '') throw new ValidationError('name', 'An inbox needs a name.')
  const [inbox] = await tx.query<Inbox>(insert, [newId(), name.trim(), tx.now])
  if (!inbox) throw new Error('An inbox was not inserted.')
  return inbox
}

const fields = columns('i', Prisma.InboxScalarFieldEnum)

const insert = statement(
  'inbox.insert',
  `insert into inbox as i (id, name, created_at) values ($1, $2, $3) returning ${fields}`,
)
