import { type Actor, type AgentActor, isAdmin, requireSupervisor } from '../actor.js'
import { findAgent } from '../agent/access.js'
import type { Database, Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type Inbox, Prisma } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

interface Membership {
  inboxId: string
  agentId: string
}

/** Lets an agent in sight see and answer the conversations of an inbox. */
export function addInboxMember(db: Database, actor: Actor | null, input: Membership, call?: RepeatableCall) {
  const by = requireSupervisor(actor)
  return transact(db, by, call, async (tx) => {
    const inbox = await requireInbox(tx, by, input.inboxId)
    const agent = await findAgent(tx, by, input.agentId)
    if (!agent || agent.archivedAt) throw new NotFoundError('Agent')
    await tx.query(joinInbox, [inbox.id, agent.id])
    return { inbox, agent }
  })
}

/** Takes an inbox out of an agent's sight. What they hold there stays with them until it is assigned anew. */
export function removeInboxMember(
  db: Database,
  actor: Actor | null,
  input: Membership,
  call?: RepeatableCall,
) {
  const by = requireSupervisor(actor)
  return transact(db, by, call, async (tx) => {
    const inbox = await requireInbox(tx, by, input.inboxId)
    if (!(await findAgent(tx, by, input.agentId))) throw new NotFoundError('Agent')
    await tx.query(leave, [inbox.id, input.agentId])
    return { inbox }
  })
}

/** An inbox of theirs, for an admin any, that is not archived. */
async function requireInbox(tx: Transaction, by: AgentActor, id: string): Promise<Inbox> {
  const [inbox] = await tx.query<Inbox>(find, [id, by.inboxIds, isAdmin(by)])
  if (!inbox) throw new NotFoundError('Inbox')
  return inbox
}

const find = statement(
  'inbox.find',
  `select ${columns('i', Prisma.InboxScalarFieldEnum)} from inbox i
    where i.id = $1 and i.archived_at is null and ($3::boolean or i.id = any($2::uuid[]))`,
)

export const joinInbox = statement(
  'inbox.join',
  'insert into inbox_member (inbox_id, agent_id) values ($1, $2) on conflict do nothing',
)

const leave = statement('inbox.leave', 'delete from inbox_member where inbox_id = $1 and agent_id = $2')
