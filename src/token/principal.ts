import type { Actor, TokenScope } from '../actor.js'
import { type Briefly, briefly } from '../briefly.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { AgentRole, TokenKind } from '../generated/prisma/enums.js'
import { secretHash } from './mint.js'

export type Principals = Briefly<Actor | null>

/** Who stands behind a token, for every API and socket; null when it is unknown, expired or revoked. */
export function principals(db: Database): Principals {
  return briefly((token) => look(db, token))
}

interface Row {
  tokenId: string
  kind: TokenKind
  scopes: TokenScope[]
  agentId: string
  name: string
  role: AgentRole
  isBot: boolean
  integrationId: string | null
  inboxId: string | null
  seesNotes: boolean
  bindsByEmail: boolean
  inboxIds: string[]
}

async function look(db: Database, token: string): Promise<Actor | null> {
  const [row] = await db.query<Row>(find, [secretHash(token), db.clock.now()])
  if (!row) return null
  const { tokenId, agentId, inboxIds } = row
  if (row.integrationId && row.inboxId) {
    return {
      kind: 'INTEGRATION',
      integrationId: row.integrationId,
      agentId,
      inboxId: row.inboxId,
      seesNotes: row.seesNotes,
      bindsByEmail: row.bindsByEmail,
      inboxIds: [row.inboxId],
    }
  }
  return {
    kind: 'AGENT',
    agentId,
    name: row.name,
    role: row.role,
    isBot: row.isBot,
    scopes: row.scopes,
    tokenId,
    inboxIds,
  }
}

const find = statement(
  'token.principal',
  `select t.id as "tokenId", t.kind, t.scopes, a.id as "agentId", a.name, a.role, a.is_bot as "isBot",
          f.id as "integrationId", f.inbox_id as "inboxId",
          f.sends_notes as "seesNotes", f.email_binding = 'BIND' as "bindsByEmail",
          case when f.id is not null then '{}'
               when a.role = 'ADMIN' then array(select i.id from inbox i)
               else array(select m.inbox_id from inbox_member m where m.agent_id = a.id) end as "inboxIds"
     from token t
     left join fin_integration f on f.id = t.integration_id and f.archived_at is null
     join agent a on a.id = coalesce(t.agent_id, f.agent_id) and a.archived_at is null
    where t.hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)`,
)
