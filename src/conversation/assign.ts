import { type Actor, requireAgent } from '../actor.js'
import { findAgent } from '../agent/access.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ForbiddenError, NotFoundError } from '../errors.js'
import type { Conversation } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { findTeam } from '../team/access.js'
import { lockConversation } from './lock.js'
import { saveConversation } from './save.js'

export interface ConversationChanged {
  conversation: Conversation
}

/** An agent of the conversation's inbox, a team, or both; nobody when neither is given. */
export interface Holders {
  agentId?: string | null
  teamId?: string | null
}

export interface Assignment extends Holders {
  conversationId: string
  expectedVersion?: number | null
}

/** Gives a conversation to an agent, a team, or both; to nobody when neither is given. */
export function assignConversation(
  db: Database,
  actor: Actor | null,
  input: Assignment,
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    const changed = await assigned(tx, agent, before, input)
    return { conversation: await saveConversation(tx, agent, before, changed) }
  })
}

/** A conversation that is given to these. Throws NotFoundError or ForbiddenError where it cannot be. */
export async function assigned(
  tx: Transaction,
  actor: Actor,
  before: Conversation,
  { agentId, teamId }: Holders,
): Promise<Partial<Conversation>> {
  const assignee = agentId ? await findAgent(tx, actor, agentId) : null
  if (agentId && !assignee) throw new NotFoundError('Agent')
  if (assignee) {
    const [member] = await tx.query(answersIn, [before.inboxId, assignee.id])
    if (!member)
      throw new ForbiddenError(
        `${assignee.name} does not answer in this inbox: they are not a member of it, or may only read.`,
      )
  }
  if (teamId && !(await findTeam(tx, actor, teamId))) throw new NotFoundError('Team')
  return {
    assigneeId: assignee?.id ?? null,
    teamId: teamId ?? null,
    handedOffAt: assignee || teamId ? null : before.handedOffAt,
  }
}

/** Gives a conversation back to the inbox's Fin, which answers again from its next pull on. */
export function handBackToFin(
  db: Database,
  actor: Actor | null,
  input: { conversationId: string; expectedVersion?: number | null },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  return transact(db, agent, call, async (tx): Promise<ConversationChanged> => {
    const before = await lockConversation(tx, agent, input.conversationId, input.expectedVersion)
    const [fin] = await tx.query<{ agentId: string }>(finOf, [before.inboxId])
    if (!fin) throw new NotFoundError('Fin integration of this inbox')
    if (before.assigneeId === fin.agentId && !before.teamId) return { conversation: before }
    const conversation = await saveConversation(
      tx,
      agent,
      before,
      { assigneeId: fin.agentId, teamId: null, handedOffAt: null },
      [{ type: 'HANDED_BACK_TO_FIN' }],
      { ASSIGNMENT_CHANGED: 'HANDED_BACK' },
    )
    return { conversation }
  })
}

const answersIn = statement(
  'inbox.answersIn',
  `select 1 from agent a
    where a.id = $2 and a.archived_at is null and a.role <> 'READ_ONLY'
      and (a.role = 'ADMIN' or exists (select 1 from inbox_member m where m.inbox_id = $1 and m.agent_id = a.id))`,
)

const finOf = statement(
  'integration.ofInbox',
  'select agent_id as "agentId" from fin_integration where inbox_id = $1 and archived_at is null',
)
