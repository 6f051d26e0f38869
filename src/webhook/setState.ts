import { type Actor, type AgentActor, requireAdmin } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { resumeListener } from '../delivery/resume.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { lockWebhook } from './lock.js'
import { mayOwn } from './owner.js'

interface Named {
  webhookId: string
}

/** Sends nothing more for now; what happens meanwhile is kept for later. */
export function pauseWebhook(db: Database, actor: Actor | null, { webhookId }: Named, call?: RepeatableCall) {
  return change(db, actor, webhookId, call, (tx) => tx.query(pause, [webhookId]))
}

/** Lets it go on, forgets its fault, and gives it the rights of who resumes it when its owner has lost theirs. */
export function resumeWebhook(
  db: Database,
  actor: Actor | null,
  { webhookId }: Named,
  call?: RepeatableCall,
) {
  return change(db, actor, webhookId, call, async (tx, admin) => {
    await tx.query(resume, [webhookId, admin.agentId])
    await resumeListener(tx, webhookId)
  })
}

/** Ends it; what has not been sent is given up. */
export function archiveWebhook(
  db: Database,
  actor: Actor | null,
  { webhookId }: Named,
  call?: RepeatableCall,
) {
  return change(db, actor, webhookId, call, async (tx) => {
    await tx.query(archive, [webhookId, tx.now])
    await tx.query(lockListener, [webhookId])
    await tx.query(giveUp, [webhookId, tx.now])
  })
}

function change(
  db: Database,
  actor: Actor | null,
  webhookId: string,
  call: RepeatableCall | undefined,
  work: (tx: Transaction, admin: AgentActor) => Promise<unknown>,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const { id } = await lockWebhook(tx, webhookId)
    await work(tx, admin)
    return { webhook: { id } }
  })
}

const pause = statement('webhook.pause', `update webhook set state = 'PAUSED' where id = $1`)

const resume = statement(
  'webhook.resume',
  `update webhook w
      set state = 'ACTIVE', fault = null, revision = revision + 1,
          owner_id = coalesce((select a.id from agent a where a.id = w.owner_id and ${mayOwn}), $2)
    where id = $1`,
)

const archive = statement('webhook.archive', 'update webhook set archived_at = $2 where id = $1')

const lockListener = statement(
  'listener.lockToArchive',
  'select 1 from listener where webhook_id = $1 for no key update',
)

const giveUp = statement(
  'webhook.giveUp',
  `update delivery d set state = 'PARKED', finished_at = $2
     from listener l where l.webhook_id = $1 and d.listener_id = l.id and d.state in ('QUEUED', 'PENDING')`,
)
