import type pg from 'pg'

/** Writes notes into a conversation in one transaction, each a message of the log; their texts are numbers in turn. */
export async function writeNotes(
  owner: pg.Client,
  { conversationId, agentId }: { conversationId: string; agentId: string },
  from: number,
  count: number,
): Promise<void> {
  await owner.query(notes, [conversationId, agentId, from, count])
}

const notes = `
  with c as (
         update conversation
            set message_count = message_count + $4, revision = revision + $4, last_activity_at = now(), updated_at = now()
          where id = $1
         returning id, inbox_id, message_count - $4 as seq, revision - $4 as revision),
       m as (
         insert into message (id, conversation_id, seq, visibility, author_agent_id, body, text)
         select uuidv7(), c.id, c.seq + n, 'PRIVATE', $2, '<p>' || $3 + n - 1 || '</p>', $3 + n - 1
           from c, generate_series(1, $4::int) n
         returning id, seq),
       e as (
         insert into event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin)
         select 'MESSAGE_ADDED', c.inbox_id, c.id, m.id, c.revision + m.seq - c.seq, 'AGENT', $2, 'GRAPHQL'
           from c, m order by m.seq
         returning id)
  insert into event_pending (event_id) select id from e`
