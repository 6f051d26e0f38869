import { type Actor, requireAdmin } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { resumeListener } from '../delivery/resume.js'
import { NotFoundError } from '../errors.js'
import type { IntegrationState } from '../generated/prisma/enums.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'

/** Pauses or resumes the webhooks of an integration; what happens meanwhile is kept for later. */
export function setFinIntegrationState(
  db: Database,
  actor: Actor | null,
  input: { integrationId: string; state: IntegrationState },
  call?: RepeatableCall,
) {
  const admin = requireAdmin(actor)
  return transact(db, admin, call, async (tx) => {
    const [integration] = await tx.query<{ id: string }>(update, [
      input.integrationId,
      input.state,
      admin.inboxIds,
    ])
    if (!integration) throw new NotFoundError('Fin integration')
    if (input.state === 'ACTIVE') await resumeListener(tx, integration.id)
    return { integration }
  })
}

/** Resuming also forgets the fault that stopped it. */
const update = statement(
  'integration.setState',
  `update fin_integration
      set state = $2::"IntegrationState", fault = case when $2 = 'ACTIVE' then null else fault end
    where id = $1 and inbox_id = any($3::uuid[]) and archived_at is null
   returning id`,
)
