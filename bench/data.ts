import pg from 'pg'
import { bulkTables } from './dataTables.js'

/** What was loaded, for whoever needs something to ask for. Ids are as stored. */
export interface Bulk {
  /** The busiest first: 80, 15 and 5 of a hundred conversations. */
  inboxIds: string[]
  /** The busiest first. */
  agentIds: string[]
  /** Conversations of the first inbox with 60 messages. */
  longIds: string[]
  conversations: number
  messages: number
}

/**
 * Fills a migrated database with skewed data: a year of conversations of about `messagesEach` messages, one in 500 with
 * 60, and the whole log of it. Takes the owner's URL, which must be a superuser's: foreign keys hold by construction and are
 * not checked row by row. Nobody else should write meanwhile.
 */
export async function loadBulk(ownerUrl: string, conversations: number, messagesEach = 3): Promise<Bulk> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(`set temp_buffers = '256MB'`)
    await client.query('begin')
    await client.query(settings)
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(secondary)
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    for (const table of bulkTables(Math.max(1, Math.floor(conversations)), messagesEach)) {
      await client.query(table)
    }
    for (const { definition } of indexes) await client.query(definition)
    await client.query('commit')
    await client.query('vacuum (analyze)')
    const { rows } = await client.query<Bulk>(summary)
    if (!rows[0]) throw new Error('The summary of the bulk data is empty.')
    return rows[0]
  } finally {
    await client.end()
  }
}

const settings = `
  set local session_replication_role = replica; set local synchronous_commit = off; set local work_mem = '64MB';
  set local maintenance_work_mem = '256MB'`

/** Indexes of the large tables that are quicker made at the end than kept. */
const secondary = `
  select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i
   where i.indrelid = any(array['conversation', 'message', 'event', 'end_user_identity']::regclass[])
     and not i.indisprimary
   order by 1`

const summary = `
  select array(select id from bulk_inbox order by n) as "inboxIds",
         array(select id from bulk_agent order by n) as "agentIds",
         array(select c.id from bulk_conversation c join bulk_inbox i on i.id = c.inbox_id
                where i.n = 1 and c.messages = 60 order by c.n) as "longIds",
         (select count(*)::int from bulk_conversation) as conversations,
         (select sum(messages)::int from bulk_conversation) as messages`
