// What a program would ask that knows nothing but these four workloads.

/** $1 inbox, $2 agent. */
const inbox = `
  select c.id, c.title, c.status, c.priority, c.preview, c.last_activity_at, e.id, e.name,
         (select i.value from end_user_identity i
           where i.end_user_id = e.id and i.kind = 'EMAIL' order by i.id limit 1),
         a.id, a.name,
         array(select t.id || ' ' || t.name from conversation_tag ct join tag t on t.id = ct.tag_id
                where ct.conversation_id = c.id order by t.name)
    from (select * from conversation where inbox_id = $1 and assignee_id = $2 and status = 'OPEN'
           order by last_activity_at desc, id desc limit 25) c
    join end_user e on e.id = c.end_user_id
    join agent a on a.id = c.assignee_id
   order by c.last_activity_at desc, c.id desc`

/** $1 conversation. */
const conversation = `
  select c.id, c.title, c.status, c.created_at, e.id, e.name,
         (select i.value from end_user_identity i
           where i.end_user_id = e.id and i.kind = 'EMAIL' order by i.id limit 1),
         a.id, a.name
    from conversation c join end_user e on e.id = c.end_user_id left join agent a on a.id = c.assignee_id
   where c.id = $1`

const messages = (chosen: string, more: string) => `
  select m.id, m.seq, m.visibility, m.body, m.created_at, a.id, a.name, e.id, e.name${more}
    from (${chosen}) m
    left join agent a on a.id = m.author_agent_id
    left join end_user e on e.id = m.author_end_user_id
   order by m.seq`

/** $1 conversation: its last 50 messages. */
const timeline = messages('select * from message where conversation_id = $1 order by seq desc limit 50', '')

/** $1 conversation, $2 the last message that Fin has seen. */
const unseen = messages(
  `select * from message
    where conversation_id = $1 and seq > (select seq from message where id = $2) order by seq limit 100`,
  `, a.email, a.photo_url, e.photo_url, e.attributes,
   (select i.value from end_user_identity i
     where i.end_user_id = e.id and i.kind = 'EMAIL' order by i.id limit 1)`,
)

/** $1 conversation, $2 the message's new id, $3 agent, $4 body, $5 text: all rows that the product writes. */
const reply = `
  with c as (
         update conversation
            set message_count = message_count + 1, revision = revision + 1, preview = left($5, 140),
                last_activity_at = now(), updated_at = now(), waiting_since = null
          where id = $1
         returning id, inbox_id, message_count, revision, preview, status),
       m as (
         insert into message (id, conversation_id, seq, visibility, author_agent_id, body, text)
         select $2::uuid, id, message_count, 'PUBLIC', $3, $4, $5 from c
         returning id, seq, created_at),
       e as (
         insert into event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin)
         select 'MESSAGE_ADDED', c.inbox_id, c.id, $2::uuid, c.revision, 'AGENT', $3, 'GRAPHQL' from c
         returning id),
       p as (insert into event_pending (event_id) select id from e)
  select m.id, m.seq, m.created_at, c.id, c.status, c.preview from c, m`

/** By name, for PostgreSQL to plan each once per connection. */
export const statements = { inbox, conversation, timeline, unseen, reply }
