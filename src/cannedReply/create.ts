import type { Actor } from '../actor.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'
import { type RepeatableCall, transact } from '../idempotency/transact.js'
import { newId } from '../ids.js'
import { requireMaker, requireMember, requireTeam, type Scoped } from '../scope/access.js'
import { cleanName, cleanSaid, cleanShortcut } from './settings.js'

export interface NewCannedReply extends Scoped {
  name: string
  shortcut?: string | null
  /** HTML with variables. */
  body: string
}

/** That one agent has made. */
const most = 1_000

/** Keeps what is said often: for oneself, for a team of one's own, or, as a supervisor, for everybody. */
export function createCannedReply(
  db: Database,
  actor: Actor | null,
  input: NewCannedReply,
  call?: RepeatableCall,
) {
  requireTeam(input)
  const agent = requireMaker(actor, input)
  const { body, text } = cleanSaid(input.body)
  const name = cleanName(input.name)
  const shortcut = cleanShortcut(input.shortcut ?? null)
  return transact(db, agent, call, async (tx) => {
    await requireMember(tx, agent, input)
    const values = [
      newId(),
      input.scope,
      agent.agentId,
      input.teamId ?? null,
      name,
      shortcut,
      body,
      text,
      tx.now,
    ]
    const [made] = await tx.query<{ id: string }>(insert, values)
    if (!made) throw new ValidationError('name', `You have made ${most} canned replies. Delete some first.`)
    return { cannedReply: { id: made.id } }
  })
}

const insert = statement(
  'cannedReply.insert',
  `insert into canned_reply (id, scope, owner_id, team_id, name, shortcut, body, text, created_at)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9
    where (select count(*) from canned_reply where owner_id = $3 and archived_at is null) < ${most}
   returning id`,
)
