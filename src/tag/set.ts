import type { Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import type { NewEvent } from '../events/event.js'
import type { Conversation } from '../generated/prisma/client.js'
import { newId } from '../ids.js'
import { storable } from '../text.js'

const longestName = 100
/** Of one conversation. */
export const mostTags = 50

/**
 * Makes these names the locked conversation's tags, creating tags its inbox does not have yet. Returns the event to
 * save with it; none when the tags were these already.
 */
export async function setTags(
  tx: Transaction,
  conversation: Conversation,
  names: readonly string[],
): Promise<NewEvent[]> {
  const wanted = cleanNames(names)
  const present = await tx.query<{ id: string; name: string }>(tagsOf, [conversation.id])
  const gone = present.filter((tag) => !wanted.includes(tag.name))
  const fresh = wanted.filter((name) => !present.some((tag) => tag.name === name))
  if (gone.length === 0 && fresh.length === 0) return []

  if (gone.length > 0) await tx.query(remove, [conversation.id, gone.map((tag) => tag.id)])
  const added = fresh.length > 0 ? await add(tx, conversation, fresh) : []
  const from = present.map((tag) => tag.id)
  const to = [...from.filter((id) => !gone.some((tag) => tag.id === id)), ...added]
  return [{ type: 'TAGS_CHANGED', changes: { tagIds: { from, to } } }]
}

async function add(tx: Transaction, conversation: Conversation, names: string[]): Promise<string[]> {
  const sorted = [...names].sort()
  await tx.query(create, [conversation.inboxId, sorted, sorted.map(() => newId()), tx.now])
  const rows = await tx.query<{ id: string }>(attach, [conversation.id, conversation.inboxId, sorted])
  return rows.map((row) => row.id)
}

function cleanNames(names: readonly string[]): string[] {
  const clean = [...new Set(names.map((name) => storable(name).trim()))].filter((name) => name !== '')
  if (clean.length > mostTags)
    throw new ValidationError('tags', `A conversation has at most ${mostTags} tags.`)
  if (clean.some((name) => name.length > longestName)) {
    throw new ValidationError('tags', `A tag has at most ${longestName} characters.`)
  }
  return clean
}

const tagsOf = statement(
  'tag.ofConversation',
  `select t.id, t.name from conversation_tag ct join tag t on t.id = ct.tag_id
    where ct.conversation_id = $1 order by t.name`,
)

const remove = statement(
  'tag.remove',
  'delete from conversation_tag where conversation_id = $1 and tag_id = any($2::uuid[])',
)

const create = statement(
  'tag.create',
  `insert into tag (id, inbox_id, name, created_at)
   select id, $1, name, $4 from unnest($2::text[], $3::uuid[]) t (name, id)
   on conflict (inbox_id, name) do nothing`,
)

const attach = statement(
  'tag.attach',
  `insert into conversation_tag (conversation_id, tag_id)
   select $1, t.id from tag t where t.inbox_id = $2 and t.name = any($3::text[])
   returning tag_id as id`,
)
