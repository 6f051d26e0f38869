import type { Queryable, Transaction } from '../database/database.js'
import { statement, statementByIds } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { newId } from '../ids.js'

/** Whom a note calls to it. */
export interface Mentions {
  agentIds: readonly string[]
  teamIds: readonly string[]
}

/** Of either kind, in a note. */
const most = 50

/** Refuses to mention whoever does not see the inbox: an agent, or a team of whom nobody does. Throws ValidationError. */
export async function requireMentionable(
  tx: Transaction,
  inboxId: string,
  { agentIds, teamIds }: Mentions,
): Promise<void> {
  if (agentIds.length === 0 && teamIds.length === 0) return
  const [known] = await tx.query<Mentions>(mentionable, [inboxId, agentIds, teamIds])
  for (const [field, given, found] of [
    ['mentionedAgentIds', agentIds, known?.agentIds],
    ['mentionedTeamIds', teamIds, known?.teamIds],
  ] as const) {
    if (given.length > most) throw new ValidationError(field, `A note mentions at most ${most}.`)
    const missing = given.findIndex((id) => !found?.includes(id))
    if (missing >= 0) {
      throw new ValidationError(`${field}.${missing}`, 'Mention agents and teams who see this inbox.')
    }
  }
}

/** Of a message that was just written. */
export async function insertMentions(
  tx: Transaction,
  message: { id: string; conversationId: string },
  { agentIds, teamIds }: Mentions,
): Promise<void> {
  const agents = [...new Set(agentIds)]
  const teams = [...new Set(teamIds)]
  if (agents.length + teams.length === 0) return
  const ids = [...agents, ...teams].map(() => newId())
  await tx.query(insert, [ids, message.id, message.conversationId, agents, teams])
}

/** What says nothing any more calls nobody. */
export async function removeMentions(tx: Transaction, messageId: string): Promise<void> {
  await tx.query(remove, [messageId])
}

/** Whom these messages mention, by message, which the caller may see. */
export async function mentionsIn(
  db: Queryable,
  messageIds: readonly string[],
): Promise<(Mentions & { messageId: string })[]> {
  return db.query(ofMessages(messageIds), [messageIds])
}

/** SQL of the ids of the conversations in which an agent, or a team of theirs, is mentioned. */
export function mentionedSql(agentId: string): string {
  return `select m.conversation_id as id from mention m where m.agent_id = ${agentId}
    union select m.conversation_id from mention m join team_member t on t.team_id = m.team_id where t.agent_id = ${agentId}`
}

const sees = (agent: string) => `(${agent}.role = 'ADMIN' or exists (
  select from inbox_member i where i.agent_id = ${agent}.id and i.inbox_id = $1))`

const mentionable = statement(
  'mention.mentionable',
  `select array(select a.id from agent a
                 where a.id = any($2::uuid[]) and a.archived_at is null and not a.is_bot and ${sees('a')}) as "agentIds",
          array(select t.id from team t
                 where t.id = any($3::uuid[]) and t.archived_at is null and exists (
                   select from team_member m join agent a on a.id = m.agent_id
                    where m.team_id = t.id and a.archived_at is null and ${sees('a')})) as "teamIds"`,
)

const insert = statement(
  'mention.insert',
  `insert into mention (id, message_id, conversation_id, agent_id, team_id)
   select given.id, $2, $3, given.agent_id, given.team_id
     from unnest($1::uuid[], $4::uuid[] || array_fill(null::uuid, array[cardinality($5::uuid[])]),
                 array_fill(null::uuid, array[cardinality($4::uuid[])]) || $5::uuid[]) given(id, agent_id, team_id)`,
)

const remove = statement('mention.remove', 'delete from mention where message_id = $1')

const ofMessages = statementByIds(
  'mention.ofMessages',
  (ids) => `select m.message_id as "messageId",
                   array_remove(array_agg(m.agent_id order by m.id), null) as "agentIds",
                   array_remove(array_agg(m.team_id order by m.id), null) as "teamIds"
              from ${ids} k(id) join mention m on m.message_id = k.id group by m.message_id`,
)
