import type { Actor } from '../actor.js'
import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { type FinIntegration, Prisma } from '../generated/prisma/client.js'

/** An integration that nobody else can change until this transaction ends. Throws NotFoundError. */
export async function lockIntegration(tx: Transaction, actor: Actor, id: string): Promise<FinIntegration> {
  const [integration] = await tx.query<FinIntegration>(lock, [id, actor.inboxIds])
  if (!integration) throw new NotFoundError('Fin integration')
  return integration
}

const lock = statement(
  'integration.lock',
  `select ${columns('f', Prisma.FinIntegrationScalarFieldEnum)}
     from fin_integration f where f.id = $1 and f.inbox_id = any($2::uuid[]) and f.archived_at is null
      for no key update of f`,
)
