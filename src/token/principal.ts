import type { Actor, TokenScope } from '../actor.js'
import { inboxIdsSql } from '../agent/actor.js'
import { type Briefly, briefly } from '../briefly.js'
import type { Database } from '../database/database.js'
import { statement } from '../database/statement.js'
import type { AgentRole, TokenKind } from '../generated/prisma/enums.js'
import { secretHash } from './mint.js'

export type Principals = Briefly<Actor | null>

/** Who stands behind a token, for every API and socket; null when it is unknown, expired or revoked, or an agent's that may not read. */
export function principals(db: Database): Principals {
  return briefly((token) => look(db, token))
}

interface Row {
  hash: Buffer
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

/** Who stands behind each of these tokens as of now; null as above. */
export async function principalsOf(
  db: Database,
  tokens: readonly string[],
): Promise<Map<string, Actor | null>> {
  const rows = await db.query<Row>(find, [tokens.map(secretHash), db.clock.now()])
  const found = new Map(rows.map((row) => [row.hash.toString('base64'), row]))
  return new Map(
    tokens.map((token) => {
      const row = found.get(secretHash(token).toString('base64'))
      return [token, row ? actorOf(row) : null]
    }),
  )
}

async function look(db: Database, token: string): Promise<Actor | null> {
  return (await principalsOf(db, [token])).get(token) ?? null
}

function actorOf(row: Row): Actor {
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
  `select t.hash, t.id as "tokenId", t.kind, t.scopes, a.id as "agentId", a.name, a.role, a.is_bot as "isBot",
          f.id as "integrationId", f.inbox_id as "inboxId",
          f.sends_notes as "seesNotes", f.email_binding = 'BIND' as "bindsByEmail",
          case when f.id is not null then '{}'
               else ${inboxIdsSql} end as "inboxIds"
     from token t
     left join fin_integration f on f.id = t.integration_id and f.archived_at is null
     join agent a on a.id = coalesce(t.agent_id, f.agent_id) and a.archived_at is null
    where t.hash = any($1::bytea[]) and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
      and (t.agent_id is null or 'READ' = any(t.scopes))`,
)
