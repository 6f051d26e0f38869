import type pg from 'pg'
import { publicId } from '../../src/ids.js'

/** The conversations of an inbox (by stored id) that are changed, by stored id. */
export async function conversationsOf(client: pg.Client, inboxId: string, most: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select id from conversation where inbox_id = $1 order by id limit $2',
    [inboxId, most],
  )
  if (rows.length < most) throw new Error(`There are only ${rows.length} conversations in the inbox.`)
  return rows.map(({ id }) => id)
}

export const publicIds = (ids: readonly string[]) => ids.map((id) => publicId('Conversation', id))

/** Changes each conversation once, as setting its title would: the change and its event. */
export async function changeAll(client: pg.Client, agentId: string, ids: readonly string[]): Promise<void> {
  await client.query(change, [ids, agentId])
}

const change = `
  with c as (
         update conversation set title = 'Changed ' || revision, version = version + 1, revision = revision + 1, updated_at = now()
          where id = any($1::uuid[])
         returning id, inbox_id, revision),
       e as (
         insert into event (type, inbox_id, conversation_id, revision, actor_kind, actor_id, origin)
         select 'TITLE_CHANGED', inbox_id, id, revision, 'AGENT', $2::uuid, 'GRAPHQL' from c
         returning id)
  insert into event_pending (event_id) select id from e`
