import { type Actor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError, ValidationError } from '../errors.js'
import { type Inbox, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'

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
    await tx.query(join, [inbox.id, admin.agentId])
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

/** Lets an agent see and answer the conversations of an inbox. */
export function addInboxMember(
  db: Database,
  actor: Actor | null,
  input: { inboxId: string; agentId: string },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const [inbox] = await tx.query<Inbox>(find, [input.inboxId])
    if (!inbox) throw new NotFoundError('Inbox')
    const [agent] = await tx.query<{ id: string }>(findAgent, [input.agentId])
    if (!agent) throw new NotFoundError('Agent')
    await tx.query(join, [inbox.id, agent.id])
    return { inbox, agent }
  })
}

const fields = columns('i', Prisma.InboxScalarFieldEnum)

const insert = statement(
  'inbox.insert',
  `insert into inbox as i (id, name, created_at) values ($1, $2, $3) returning ${fields}`,
)

const find = statement(
  'inbox.find',
  `select ${fields} from inbox i where i.id = $1 and i.archived_at is null`,
)

const findAgent = statement('agent.exists', 'select id from agent where id = $1 and archived_at is null')

const join = statement(
  'inbox.join',
  'insert into inbox_member (inbox_id, agent_id) values ($1, $2) on conflict do nothing',
)
