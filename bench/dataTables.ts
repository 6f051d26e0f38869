/** The statements that fill the tables, in order; temporary tables keep what the later ones build on. */
export function bulkTables(conversations: number, messagesEach: number): string[] {
  const endUsers = Math.ceil(conversations / 4)
  return [
    // Version 7 in form and order, as the application's own ids.
    `create function pg_temp.id_at(at timestamptz) returns uuid language sql volatile as $$
       select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid $$`,
    `select setseed(0.42)`,

    `create temp table bulk_inbox as
       select n, pg_temp.id_at(now() - interval '400 days') as id from generate_series(1, 3) n`,
    `insert into inbox (id, name) select id, 'Bulk inbox ' || n from bulk_inbox`,

    `create temp table bulk_agent as
       select n, pg_temp.id_at(now() - interval '400 days') as id from generate_series(1, 50) n`,
    `insert into agent (id, name, email) select id, 'Agent ' || n, 'agent' || n || '@bulk.example' from bulk_agent`,
    `insert into inbox_member (inbox_id, agent_id) select i.id, a.id from bulk_inbox i, bulk_agent a`,

    `create temp table bulk_tag as
       select t.n, i.id as inbox_id, pg_temp.id_at(now() - interval '390 days') as id
         from bulk_inbox i, generate_series(1, 40) t(n)`,
    `insert into tag (id, inbox_id, name) select id, inbox_id, 'tag ' || n from bulk_tag`,

    `create temp table bulk_end_user as
       select u.n, i.id as inbox_id, pg_temp.id_at(now() - interval '370 days') as id
         from generate_series(1, ${endUsers}) u(n)
         join bulk_inbox i on i.n = case when u.n % 20 = 0 then 3 when u.n % 20 < 4 then 2 else 1 end`,
    `insert into end_user (id, inbox_id, name, photo_url, attributes)
       select id, inbox_id, 'User ' || n, 'https://example.com/photos/' || n || '.png',
              jsonb_build_object('plan', (array['free', 'team', 'business'])[1 + n % 3])
         from bulk_end_user`,
    `insert into end_user_identity (id, end_user_id, kind, scope, value)
       select pg_temp.id_at(now() - interval '370 days'), id, 'EMAIL', inbox_id::text, 'user' || n || '@bulk.example'
         from bulk_end_user`,
    `analyze bulk_end_user, bulk_agent, bulk_tag`,

    `create temp table bulk_conversation as
       select r.n, pg_temp.id_at(r.opened_at) as id, e.inbox_id, e.id as end_user_id, a.id as assignee_id, r.opened_at,
              r.opened_at + (now() - r.opened_at) * r.rest * 0.1 as last_at,
              case when r.n % 500 = 0 then 60 else 1 + floor(${2 * messagesEach - 1} * r.length)::int end as messages,
              (case when r.state < 0.15 then 'OPEN' when r.state < 0.2 then 'SNOOZED' when r.state < 0.45 then 'RESOLVED'
                    when r.state < 0.95 then 'CLOSED' else 'ENDED' end)::"ConversationStatus" as status,
              (array['cannot log in', 'a refund', 'the app crashes', 'a wrong invoice', 'an export'])[1 + r.n % 5] as matter
         from (select n, now() - interval '1 year' * (1 - (n - random()) / ${conversations}) as opened_at, random() as rest,
                      random() as length, random() as state, random() as held,
                      1 + floor(${endUsers} * power(random(), 1.6)) as user_n, 1 + floor(50 * power(random(), 1.7)) as agent_n
                 from generate_series(1, ${conversations}) n) r
         join bulk_end_user e on e.n = r.user_n
         left join bulk_agent a on a.n = r.agent_n and r.held < 0.85
        order by r.n`,
    `create temp table bulk_message as
       select c.n, s.seq, pg_temp.id_at(s.at) as id, s.at, s.seq = c.messages or s.seq % 7 <> 0 as is_public,
              case when s.seq % 2 = 0 then coalesce(c.assignee_id, (select id from bulk_agent where bulk_agent.n = 2)) end as agent_id,
              'Message ' || s.seq || ' about ' || c.matter || '.'
                || repeat(' We have looked into it and will be back.', (c.n + s.seq) % 7) as text
         from bulk_conversation c,
              lateral (select seq, c.opened_at + (c.last_at - c.opened_at) * seq / c.messages as at
                         from generate_series(1, c.messages) seq) s
        order by s.at`,
    `analyze bulk_conversation, bulk_message`,

    `insert into conversation (id, inbox_id, end_user_id, status, priority, title, assignee_id, snoozed_until, preview,
                               message_count, revision, created_at, updated_at, last_activity_at, waiting_since)
       select c.id, c.inbox_id, c.end_user_id, c.status,
              (array['NONE', 'NONE', 'NONE', 'LOW', 'NORMAL', 'HIGH', 'URGENT'])[1 + c.n % 7]::"Priority",
              'Question ' || c.n || ' about ' || c.matter, c.assignee_id,
              case when c.status = 'SNOOZED' then now() + interval '1 day' end, left(m.text, 140),
              c.messages, c.messages + 1, c.opened_at, c.last_at, c.last_at,
              case when c.messages % 2 = 1 then c.last_at end
         from bulk_conversation c join bulk_message m on m.n = c.n and m.seq = c.messages
        order by c.n`,
    `insert into conversation_count (inbox_id, status, assignee_id, is_waiting, rows)
       select inbox_id, status, assignee_id, waiting_since is not null, count(*) from conversation group by 1, 2, 3, 4`,
    `insert into conversation_tag (conversation_id, tag_id)
       select c.id, t.id from bulk_conversation c, generate_series(0, 2) k, bulk_tag t
        where c.n % 3 >= k and t.inbox_id = c.inbox_id and t.n = 1 + (c.n + 13 * k) % 40`,
    `insert into message (id, conversation_id, seq, visibility, author_agent_id, author_end_user_id, body, text, created_at)
       select m.id, c.id, m.seq, (case when m.is_public then 'PUBLIC' else 'PRIVATE' end)::"Visibility", m.agent_id,
              case when m.agent_id is null then c.end_user_id end, '<p>' || m.text || '</p>', m.text, m.at
         from bulk_message m join bulk_conversation c on c.n = m.n order by m.at`,

    `create temp table bulk_event as
       select nextval('event_id_seq') as id, w.*
         from (select k.type, c.inbox_id, c.id as conversation_id, case when k.type = 'MESSAGE_ADDED' then m.id end as message_id,
                      case k.type when 'CONVERSATION_OPENED' then 1 else m.seq + 1 end as revision,
                      m.agent_id, c.end_user_id, m.at
                 from bulk_message m
                 join bulk_conversation c on c.n = m.n
                 join (values ('CONVERSATION_OPENED', 1), ('MESSAGE_ADDED', 2)) k(type, place)
                   on k.type = 'MESSAGE_ADDED' or m.seq = 1
                order by m.at, k.place) w`,
    `insert into event (id, type, inbox_id, conversation_id, message_id, revision, actor_kind, actor_id, origin, occurred_at)
       select id, type, inbox_id, conversation_id, message_id, revision,
              (case when agent_id is null then 'END_USER' else 'AGENT' end)::"ActorKind", coalesce(agent_id, end_user_id),
              'GRAPHQL', at
         from bulk_event order by id`,
    `select event_feed_extend(position + (select count(*) from bulk_event)) from event_log`,
    `with log as (update event_log set position = position + (select count(*) from bulk_event) returning position)
     insert into event_feed (position, event_id)
       select log.position - count(*) over () + row_number() over (order by e.id), e.id from bulk_event e, log`,
  ]
}
