import { createHash } from 'node:crypto'
import type { Queryable } from '../database/database.js'
import { canonical } from '../idempotency/fingerprint.js'
import { recordForIntegration } from './log.js'

/** Tells what an integration said from what it says in a repeat; 32 bits, since nothing but a remark hangs on it. */
export function inputHash(said: unknown): number {
  return createHash('sha256').update(canonical(said)).digest().readInt32BE()
}

/** Remarks that a repeat says something else than the first call with its object id, which is the one that counts. */
export async function recordDifferentRepeat(
  db: Queryable,
  integrationId: string,
  about: { conversationId?: string; endUserId?: string },
  objectId: string,
): Promise<void> {
  const detail = 'A repeat with the same object_id says something else than the first call: the first counts'
  await recordForIntegration(db, integrationId, {
    kind: 'DIFFERENT_REPEAT',
    detail,
    field: 'object_id',
    value: objectId,
    ...about,
  })
}
