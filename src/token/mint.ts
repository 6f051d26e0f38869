import { hash, randomBytes } from 'node:crypto'
import type { TokenScope } from '../actor.js'
import type { Queryable } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { Prisma, type Token } from '../generated/prisma/client.js'
import type { TokenKind } from '../generated/prisma/enums.js'
import { newId } from '../ids.js'

/** What may be known of a token afterwards. */
export type TokenView = Omit<Token, 'hash'>

export interface NewToken {
  kind: TokenKind
  name?: string | null
  agentId?: string | null
  integrationId?: string | null
  scopes: readonly TokenScope[]
  expiresAt?: Date | null
}

const marks = { SESSION: 'gds', API: 'gda', FIN: 'gdf' } as const

/** 256 random bits, marked so that people and secret scanners recognise them. */
export function randomSecret(mark: string): string {
  return `${mark}_${randomBytes(32).toString('base64url')}`
}

/** What is stored of a secret with 256 random bits. */
export function secretHash(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Stores a new token's hash. The secret itself is in the answer and nowhere else. */
export async function mintToken(
  db: Queryable,
  token: NewToken,
  secret: string = randomSecret(marks[token.kind]),
): Promise<{ token: TokenView; secret: string }> {
  const [row] = await db.query<TokenView>(insert, [
    newId(),
    token.kind,
    secretHash(secret),
    secret.slice(-4),
    token.name ?? null,
    token.agentId ?? null,
    token.integrationId ?? null,
    token.scopes,
    token.expiresAt ?? null,
  ])
  if (!row) throw new Error('A token was not inserted.')
  return { token: row, secret }
}

const { hash: _, ...fields } = Prisma.TokenScalarFieldEnum

const insert = statement(
  'token.insert',
  `insert into token as t (id, kind, hash, hint, name, agent_id, integration_id, scopes, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns('t', fields)}`,
)
