import { type Actor, requireAgent, seesNotes } from '../actor.js'
import type { Database, Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { Prisma, type UploadedFile } from '../generated/prisma/client.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { fileName } from './name.js'
import { isOneOf, isProgram, mediaTypeOf } from './type.js'

export interface UploadLimits {
  /** In bytes. */
  largest: number
  /** Such as `image/*`; none: all but programs. See `isOneOf`. */
  types: readonly string[]
}

export interface NewUpload {
  filename: string
  contentType: string
  size: number
}

/** How long a file waits to be attached, or to stand in a draft, in ms. */
export const uploadLifetime = 24 * 60 * 60_000

/** How much an agent may let wait to be attached, in bytes; announcements at the same moment may pass it together. */
const mostWaiting = 1024 ** 3

/** SQL: whether a draft of its agent names the uploaded file `alias`, or a reply of theirs that is held. */
export function isWanted(alias: string): string {
  const names = `attachments @> jsonb_build_array(jsonb_build_object('fileId', ${alias}.id))`
  return `(exists (select from draft d where d.agent_id = ${alias}.agent_id and d.${names})
    or exists (select from held_reply h where h.agent_id = ${alias}.agent_id and h.state = 'HELD' and h.${names}))`
}

/** Announces a file that an agent will send and attach. */
export async function createUpload(
  db: Database,
  actor: Actor | null,
  { filename, contentType, size, limits }: NewUpload & { limits: UploadLimits },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  const name = fileName(filename)
  if (name === '') throw new ValidationError('filename', 'A file needs a name.')
  const type = mediaTypeOf(contentType)
  if (!type) throw new ValidationError('contentType', 'This is no type, such as `image/png`.')
  if (isProgram(type) || !isOneOf(type, limits.types))
    throw new ValidationError('contentType', `Files of the type ${type} are not taken.`)
  if (size < 1 || size > limits.largest)
    throw new ValidationError('size', `A file has 1 to ${limits.largest} bytes.`)
  return transact(db, agent, call, async (tx): Promise<{ file: UploadedFile }> => {
    const most = Math.max(mostWaiting, limits.largest)
    const [file] = await tx.query<UploadedFile>(insert, [
      newId(),
      agent.agentId,
      name,
      type,
      size,
      tx.now,
      most,
    ])
    if (!file) throw new ValidationError('size', 'Too much waits to be attached. Attach some of it first.')
    return { file }
  })
}

/** One that the actor announced and has not attached yet, or that stands by a message they see. */
export async function findUpload(db: Queryable, actor: Actor, id: string): Promise<UploadedFile | null> {
  const agentId = actor.kind === 'AGENT' ? actor.agentId : null
  const [file] = await db.query<UploadedFile>(visible, [id, agentId, actor.inboxIds, seesNotes(actor)])
  return file ?? null
}

/** What is announced under this id and not there yet; null for any other. */
export async function announcedUpload(db: Queryable, id: string): Promise<UploadedFile | null> {
  const [file] = await db.query<UploadedFile>(announced, [id])
  return file ?? null
}

const all = columns('u', Prisma.UploadedFileScalarFieldEnum)

const insert = statement(
  'upload.insert',
  `insert into uploaded_file as u (id, agent_id, filename, content_type, size, created_at)
   select $1::uuid, $2::uuid, $3::text, $4::text, $5::int, $6::timestamptz
    where $5 + coalesce((select sum(w.size) from uploaded_file w
       where w.agent_id = $2 and w.message_id is null), 0) <= $7::bigint
   returning ${all}`,
)

const visible = statement(
  'upload.visible',
  `select ${all} from uploaded_file u
     left join message m on m.id = u.message_id left join conversation c on c.id = m.conversation_id
    where u.id = $1 and case when m.id is null then u.agent_id = $2
      else c.inbox_id = any($3::uuid[]) and ($4 or m.visibility = 'PUBLIC') end`,
)

const announced = statement('upload.announced', `select ${all} from uploaded_file u where u.id = $1`)
