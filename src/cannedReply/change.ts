import { type Actor, requireAgent } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockCannedReply, requireChangeable } from './access.js'
import { cleanName, cleanSaid, cleanShortcut } from './settings.js'

/** What is left out stays as it is; whose it is stays anyway. */
export interface CannedReplyUpdate {
  cannedReplyId: string
  name?: string | null
  /** Null takes it away. */
  shortcut?: string | null
  body?: string | null
}

/** Changes a canned reply, for all who have it. */
export async function updateCannedReply(
  db: Database,
  actor: Actor | null,
  input: CannedReplyUpdate,
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  const name = input.name == null ? null : cleanName(input.name)
  const shortcut = input.shortcut === undefined ? undefined : cleanShortcut(input.shortcut)
  const said = input.body == null ? null : cleanSaid(input.body)
  await requireChangeable(db, agent, input.cannedReplyId)
  return transact(db, agent, call, async (tx) => {
    const before = await lockCannedReply(tx, agent, input.cannedReplyId)
    const { body, text } = said ?? before
    await tx.query(update, [
      before.id,
      name ?? before.name,
      shortcut === undefined ? before.shortcut : shortcut,
      body,
      text,
    ])
    return { cannedReply: { id: before.id } }
  })
}

/** Takes a canned reply from all who have it. */
export async function deleteCannedReply(
  db: Database,
  actor: Actor | null,
  { cannedReplyId }: { cannedReplyId: string },
  call?: RepeatableCall,
) {
  const agent = requireAgent(actor)
  await requireChangeable(db, agent, cannedReplyId)
  return transact(db, agent, call, async (tx) => {
    const { id } = await lockCannedReply(tx, agent, cannedReplyId)
    await tx.query(archive, [id, tx.now])
    return { cannedReply: { id } }
  })
}

const update = statement(
  'cannedReply.update',
  'update canned_reply set name = $2, shortcut = $3, body = $4, text = $5 where id = $1',
)
const archive = statement('cannedReply.archive', 'update canned_reply set archived_at = $2 where id = $1')
