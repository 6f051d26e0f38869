import type pg from 'pg'

/** Makes the reply that PostGraphile offers, in a schema of its own: it writes the same rows as Graphdesk and the limit. */
export async function addPeerFunctions(owner: pg.Client, appRole: string): Promise<void> {
  await owner.query(functions)
  await owner.query(`grant usage on schema peer to ${owner.escapeIdentifier(appRole)}`)
}

const functions = `
  create schema peer;

  create type peer.replied as (
    message_id uuid, seq int, created_at timestamptz, conversation_id uuid, status public."ConversationStatus", preview text);

  create function peer.reply(conversation_id uuid, agent_id uuid, body text) returns peer.replied language sql volatile as $$
    with t as (select regexp_replace($3, '<[^>]*>', '', 'g') as text),
         c as (
           update public.conversation
              set message_count = message_count + 1, revision = revision + 1, preview = left(t.text, 140),
                  last_activity_at = now(), updated_at = now(), waiting_since = null
             from t
            where id = $1
           returning id, inbox_id, message_count, revision, status, preview),
         m as (
           insert into public.message (id, conversation_id, seq, visibility, author_agent_id, body, text)
           select uuidv7(), c.id, c.message_count, 'PUBLIC', $2, $3, t.text from c, t
           returning *),
         e as (
           insert into public.event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin)
           select 'MESSAGE_ADDED', c.inbox_id, c.id, m.id, c.revision, 'AGENT', $2, 'GRAPHQL' from c, m
           returning id),
         p as (insert into public.event_pending (event_id) select id from e)
    select m.id, m.seq, m.created_at, c.id, c.status, c.preview from m, c $$`
