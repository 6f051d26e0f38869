import { answerEndUser } from './answer.js'
import { compare } from './compare.js'
import type { Fin } from './fin.js'
import { pull } from './pull.js'
import { pushConversation, pushMessages } from './push.js'

/** How a sync ends. */
export interface SyncOptions {
  /** Compare Fin's copy with the helpdesk's after each sync. It costs two more calls. */
  compareAfterSync: boolean
}

/** One sync of one conversation: pull, push what the end-user wrote, answer it, push that, push the state. */
export async function sync(fin: Fin, conversation: string, options: SyncOptions): Promise<void> {
  const started = performance.now()
  const copy = fin.store.byId(conversation)
  if (!copy?.helpdeskId) return
  const { helpdeskId } = copy

  await pull(fin, copy, helpdeskId)
  await pushMessages(fin, copy, helpdeskId)
  answerEndUser(fin, copy)
  await pushMessages(fin, copy, helpdeskId)
  await pushConversation(fin, copy, helpdeskId)

  const duration_ms = Math.round(performance.now() - started)
  fin.activity.add({ kind: 'sync', name: 'sync', conversation, duration_ms })
  // With another sync asked for, the copy is known to be old.
  if (options.compareAfterSync && !fin.syncs.isAwaited(conversation)) await compareQuietly(fin, conversation)
}

async function compareQuietly(fin: Fin, conversation: string): Promise<void> {
  const copy = fin.store.byId(conversation)
  // A failing comparison is in the log as a failed call; the sync itself has succeeded.
  if (copy) await compare(fin, copy).catch(() => undefined)
}
