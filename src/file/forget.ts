import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { FileStore } from './store.js'
import { uploadLifetime } from './upload.js'

/** After its time a file can no longer be attached; a message that was under way then is long over. In ms. */
const margin = 60 * 60_000
const batch = 100

/** Removes files that were never attached, an hour after they last could be: from the store first. */
export async function forgetUploads(db: Database, store: FileStore): Promise<void> {
  const before = new Date(db.clock.now().getTime() - uploadLifetime - margin)
  let loose: { id: string; storedAs: string | null }[]
  do {
    loose = await db.query(find, [before, batch])
    for (const { storedAs } of loose) if (storedAs) await store.remove(storedAs)
    if (loose.length > 0) await db.query(forget, [loose.map(({ id }) => id)])
  } while (loose.length === batch)
}

const find = statement(
  'upload.loose',
  `select id, stored_as as "storedAs" from uploaded_file where message_id is null and created_at < $1
    order by created_at limit $2`,
)

const forget = statement(
  'upload.forget',
  'delete from uploaded_file where id = any($1::uuid[]) and message_id is null',
)
