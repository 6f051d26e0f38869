import { PrismaPg } from '@prisma/adapter-pg'
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type pg from 'pg'

/**
 * The pg adapter for migrations. The stock one cuts a script at every semicolon, also inside functions, strings
 * and comments, and runs the pieces one by one on any connection. This sends it whole: PostgreSQL parses it, and
 * runs it as one transaction unless it has its own.
 */
export class ScriptAdapter extends PrismaPg {
  readonly #pool: pg.Pool

  constructor(pool: pg.Pool) {
    super(pool)
    this.#pool = pool
  }

  override async connect() {
    return withScripts(await super.connect(), (script) => this.#run(script))
  }

  /** Writers of the previous release lock what a script locks, in an order of their own; PostgreSQL ends one of them. */
  async #run(script: string, deadlocks = 0): Promise<unknown> {
    try {
      return await this.#pool.query(script)
    } catch (error) {
      if (!isDeadlock(error) || !isOneTransaction(script) || deadlocks === mostDeadlocks) throw error
      return this.#run(script, deadlocks + 1)
    }
  }
}

const mostDeadlocks = 20

const isDeadlock = (error: unknown) => error instanceof Error && 'code' in error && error.code === '40P01'

/** Then nothing of it is left when it fails. */
const isOneTransaction = (script: string) => !/\bcommit\b/i.test(script)

/** Gives `adapter` another way to run scripts. */
export function withScripts<Adapter extends SqlDriverAdapter>(
  adapter: Adapter,
  run: (script: string) => Promise<unknown>,
): Adapter {
  adapter.executeScript = (script) => run(script).then(() => undefined, rethrow)
  return adapter
}

function rethrow(error: unknown): never {
  if (!(error instanceof Error) || !('severity' in error)) throw error
  const { code, severity, message, detail, column, hint } = error as pg.DatabaseError
  throw new DriverAdapterError({
    kind: 'postgres',
    code: code ?? 'N/A',
    severity: severity ?? 'N/A',
    message,
    detail,
    column,
    hint,
  })
}
