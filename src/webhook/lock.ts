import type { Transaction } from '../database/database.js'
import { columns, statement } from '../database/statement.js'
import { NotFoundError } from '../errors.js'
import { Prisma, type Webhook } from '../generated/prisma/client.js'

/** A webhook that nobody else can change until this transaction ends; for admins, who see all. Throws NotFoundError. */
export async function lockWebhook(tx: Transaction, id: string): Promise<Webhook> {
  const [webhook] = await tx.query<Webhook>(lock, [id])
  if (!webhook) throw new NotFoundError('Webhook')
  return webhook
}

const lock = statement(
  'webhook.lock',
  `select ${columns('w', Prisma.WebhookScalarFieldEnum)}
     from webhook w where w.id = $1 and w.archived_at is null for no key update of w`,
)
