import type { Actor } from '../actor.js'
import type { Database, Transaction } from '../database/database.js'
import { statement } from '../database/statement.js'
import { ValidationError } from '../errors.js'

/** A call that may be repeated: which mutation, the caller's key, and a fingerprint of the input it stands for. */
export interface RepeatableCall {
  mutation: string
  key: string
  inputHash: Buffer
}

// A stored fingerprint is empty where what it is of was redacted: any input is then taken for the first one.

/** The call was made before: the ids of what it made then, by the result's field names. */
export class Repeat {
  constructor(readonly ids: Record<string, string>) {}
}

/** What an operation changed, by name; whatever has an id is found again by a repeat. */
export type Changed = Record<string, unknown>

/**
 * Runs an operation in a transaction. With a key, the first run's ids are stored in that same transaction and a
 * repeat gives them back; a repeat that runs at the same time waits for the first. A repeat with other input is
 * refused.
 */
export async function transact<Result extends object>(
  db: Database,
  actor: Actor,
  call: RepeatableCall | undefined,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result | Repeat> {
  if (!call) return db.transaction(work)
  const who = actorKey(actor)

  return db.transaction<Result | Repeat>(async (tx) => {
    const [mine] = await tx.query(take, [who, call.mutation, call.key, call.inputHash, tx.now])
    if (!mine) {
      const [first] = await tx.query<{ inputHash: Buffer; result: Record<string, string> }>(find, [
        who,
        call.mutation,
        call.key,
      ])
      if (!first || !(first.inputHash.length === 0 || first.inputHash.equals(call.inputHash))) {
        throw new ValidationError(
          'idempotencyKey',
          'This key was used before with other input. Take a new key for a new change.',
          'IDEMPOTENCY_KEY_REUSED',
        )
      }
      return new Repeat(first.result)
    }
    // What it made is still to be remembered.
    const result = await work({ ...tx, commitsBehind: () => undefined })
    await tx.query(remember, [who, call.mutation, call.key, JSON.stringify(idsOf(result))])
    return result
  })
}

/** Whose keys a call's is one of. */
export function actorKey(actor: Actor): string {
  if (actor.kind === 'AGENT') return actor.agentId
  if (actor.kind === 'INTEGRATION') return actor.integrationId
  throw new Error('The system makes no repeatable calls.')
}

function idsOf(result: object): Record<string, string> {
  const ids: Record<string, string> = {}
  for (const [name, value] of Object.entries(result)) {
    if (value && typeof value === 'object' && typeof value.id === 'string') ids[name] = value.id
  }
  return ids
}

const take = statement(
  'idempotency.take',
  `insert into idempotency_key (actor_id, mutation, key, input_hash, created_at) values ($1, $2, $3, $4, $5)
   on conflict do nothing returning 1`,
)

const find = statement(
  'idempotency.find',
  `select input_hash as "inputHash", result from idempotency_key where actor_id = $1 and mutation = $2 and key = $3`,
)

const remember = statement(
  'idempotency.remember',
  `update idempotency_key set result = $4 where actor_id = $1 and mutation = $2 and key = $3`,
)
