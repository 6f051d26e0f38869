import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { FileStore } from './store.js'
import { isWanted, uploadLifetime } from './upload.js'

/** After its time only a draft that names a file already may go on to do so; a change that was under way then is long over. In ms. */
const margin = 60 * 60_000
const batch = 20

/**
 * Removes files that were never attached and stand in no draft, an hour after they last could be: from the store first.
 * Whoever is attaching one meanwhile holds its row, and keeps it.
 */
export async function forgetUploads(db: Database, store: FileStore): Promise<void> {
  while ((await db.transaction((tx) => forgetSome(tx, store))) === batch);
}

async function forgetSome(tx: Transaction, store: FileStore): Promise<number> {
  const before = new Date(tx.now.getTime() - uploadLifetime - margin)
  const loose = await tx.query<{ id: string; storedAs: string | null }>(find, [before, batch])
  await Promise.all(loose.map(({ storedAs }) => storedAs && store.remove(storedAs)))
  if (loose.length > 0) await tx.query(forget, [loose.map(({ id }) => id)])
  return loose.length
}

const find = statement(
  'upload.loose',
  `select id, stored_as as "storedAs" from uploaded_file u
    where message_id is null and created_at < $1 and not ${isWanted('u')}
    order by created_at limit $2 for update skip locked`,
)

const forget = statement('upload.forget', 'delete from uploaded_file where id = any($1::uuid[])')
