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

/** $1 conversation, $2 agent. */
const markRead = `
  insert into conversation_read (agent_id, conversation_id, seq, read_at)
  select $2, id, message_count, now() from conversation where id = $1
      on conflict (agent_id, conversation_id) do update
     set seq = greatest(conversation_read.seq, excluded.seq), read_at = excluded.read_at
  returning conversation_id`

const agent = 'a.id, a.name, a.email, a.photo_url, a.alias'

const endUser = `e.id, e.name, e.photo_url, e.attributes,
  (select i.value from end_user_identity i where i.end_user_id = e.id and i.kind = 'EMAIL' order by i.id limit 1)`

/** What two events of Fin's write, from `c`, `m` and `f`. */
const finEvents = (types: string) => `
       ev as (
         insert into event (type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin, integration_id)
         select t.type, c.inbox_id, c.id, case when t.type = 'MESSAGE_ADDED' then m.id end, c.revision,
                'INTEGRATION', f.id, 'FIN', f.id
           from c, m, f, unnest(array[${types}]) t(type)
         returning id),
       p as (insert into event_pending (event_id) select id from ev)`

/** $1 conversation's new id, $2 message's, $3 end-user, $4 and $5 their ids at Fin, $6 title, $7 body, $8 text. */
const opened = `
  with f as (select id, inbox_id, agent_id from fin_integration where identifier = 'bench' limit 1),
       c as (
         insert into conversation (id, inbox_id, end_user_id, title, assignee_id, integration_id, object_id, input_hash,
                                   message_count, revision, preview, waiting_since)
         select $1, f.inbox_id, $3, $6, f.agent_id, f.id, $4, 0, 1, 2, left($8, 140), now() from f
         on conflict (integration_id, object_id) do nothing
         returning *),
       m as (
         insert into message (id, conversation_id, seq, visibility, author_end_user_id, body, text, integration_id, object_id,
                              input_hash)
         select $2::uuid, c.id, 1, 'PUBLIC', $3, $7, $8, f.id, $5, 0 from c, f
         returning *),${finEvents("'CONVERSATION_OPENED', 'MESSAGE_ADDED'")}
  select c.id, c.title, c.created_at, c.updated_at, m.id, m.body, m.created_at, ${agent}, ${endUser}
    from c, m, agent a, end_user e where a.id = c.assignee_id and e.id = c.end_user_id`

/** $1 conversation, $2 the message's new id, $3 its id at Fin, $4 body, $5 text. */
const received = `
  with f as (select id from fin_integration where identifier = 'bench' limit 1),
       c as (
         update conversation
            set message_count = message_count + 1, revision = revision + 1, preview = left($5, 140),
                last_activity_at = now(), updated_at = now(), waiting_since = coalesce(waiting_since, now())
          where id = $1
         returning *),
       m as (
         insert into message (id, conversation_id, seq, visibility, author_end_user_id, body, text, integration_id, object_id,
                              input_hash)
         select $2::uuid, c.id, c.message_count, 'PUBLIC', c.end_user_id, $4, $5, f.id, $3, 0 from c, f
         on conflict (integration_id, object_id) do nothing
         returning *),${finEvents("'MESSAGE_ADDED'")}
  select m.id, m.body, m.created_at, ${endUser} from c, m, end_user e where e.id = c.end_user_id`

/** By name, for PostgreSQL to plan each once per connection. */
export const statements = { inbox, conversation, timeline, unseen, reply, markRead, opened, received }
