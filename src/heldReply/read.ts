import { type Actor, type AgentActor, requireAgent } from '../actor.js'
import type { AndThen } from '../conversation/andThen.js'
import type { Queryable, Transaction } from '../database/database.js'
import { columns, statement, statementByIds } from '../database/statement.js'
import { ForbiddenError, NotFoundError } from '../errors.js'
import { type HeldReply, Prisma } from '../generated/prisma/client.js'

/** Replies in conversations that an agent sees, held or not any more, in no order; Fin is told of none. */
export async function findHeldReplies(
  db: Queryable,
  actor: Actor,
  ids: readonly string[],
): Promise<HeldReply[]> {
  return actor.kind === 'AGENT' ? db.query(byIds(ids), [ids, actor.inboxIds]) : []
}

/** Those that are held in these conversations, which the caller sees, by the time at which they are sent. */
export function heldIn(db: Queryable, conversationIds: readonly string[]): Promise<HeldReply[]> {
  return db.query(inConversations(conversationIds), [conversationIds])
}

/** An agent and a reply of theirs, held or not any more. Throws NotFoundError or ForbiddenError. */
export async function ownHeldReply(
  db: Queryable,
  actor: Actor | null,
  id: string,
): Promise<{ agent: AgentActor; held: HeldReply }> {
  const agent = requireAgent(actor)
  const [held] = await findHeldReplies(db, agent, [id])
  if (!held) throw new NotFoundError('Held reply')
  if (held.agentId !== agent.agentId) throw new ForbiddenError('Only the agent who wrote it may do this.')
  return { agent, held }
}

/** One that is held and that nobody else can send or undo until this transaction ends; null when that has happened. */
export async function lockHeldReply(tx: Transaction, id: string): Promise<HeldReply | null> {
  const [held] = await tx.query<HeldReply>(lock, [id])
  return held ?? null
}

/** What is to follow it. */
export function andThenOf({ andThen }: HeldReply): AndThen | null {
  const stored = andThen as (Omit<AndThen, 'snoozedUntil'> & { snoozedUntil?: string | null }) | null
  return stored && { ...stored, snoozedUntil: stored.snoozedUntil ? new Date(stored.snoozedUntil) : null }
}

const list = columns('h', Prisma.HeldReplyScalarFieldEnum)

const byIds = statementByIds(
  'heldReply.byIds',
  (ids) => `select ${list} from ${ids} k(id) join held_reply h on h.id = k.id
     join conversation c on c.id = h.conversation_id where c.inbox_id = any($2::uuid[])`,
)

const inConversations = statementByIds(
  'heldReply.inConversations',
  (
    ids,
  ) => `select ${list} from ${ids} k(id) join held_reply h on h.conversation_id = k.id and h.state = 'HELD'
    order by h.sends_at, h.id`,
)

const lock = statement(
  'heldReply.lock',
  `select ${list} from held_reply h where h.id = $1 and h.state = 'HELD' for update`,
)
