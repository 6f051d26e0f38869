import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Clock, systemClock } from '../clock.js'
import { OverloadedError, ValidationError } from '../errors.js'
import { Prisma, PrismaClient } from '../generated/prisma/client.js'
import { runOn } from './query.js'
import type { Statement } from './statement.js'
import { inTransaction, type Queryable, type Transaction } from './transaction.js'

export type { Queryable, Transaction } from './transaction.js'

export interface DatabaseOptions {
  /** For the application's role; may lead through a pooler. */
  url: string
  /** Straight to the server, for LISTEN; defaults to `url`. */
  directUrl?: string
  poolSize: number
  preparedStatements: boolean
  /** How long to wait for a connection, in ms; 5 s when left out. */
  connectWithin?: number
  /** How long to wait for an answer, also from a server that is silent, in ms; 20 s when left out. */
  answerWithin?: number
  clock?: Clock
  log?: (error: Error) => void
}

export interface Database extends Queryable {
  clock: Clock
  /**
   * Runs `work` in a transaction (READ COMMITTED). Deadlocks and serialisation failures are retried up to 3 times,
   * so `work` must not have effects outside the database.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * A change that is one statement; what gives no row has changed nothing. Retried as a transaction is. `quietly`: it
   * records no event.
   */
  change<Row>(
    statement: Statement,
    values: readonly unknown[],
    options?: { quietly?: boolean },
  ): Promise<Row[]>
  /** For reads that follow a client's selection; shares the pool. Never inside `transaction`. */
  prisma: PrismaClient
  /** For libraries that bring their own statements. */
  pool: pg.Pool
  directUrl: string
  /** Called after each commit that asked for it. */
  committed: Set<() => void>
  close(): Promise<void>
}

const retried = new Set(['40001', '40P01'])
/** lock_timeout, statement_timeout, too many connections, shutting down. */
const overloaded = new Set(['55P03', '57014', '53300', '57P01', '57P02', '57P03', '08006', '08003'])

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: options.connectWithin ?? 5_000,
    // Later than the server gives up: whoever does not answer by then is gone, and its connections with it.
    query_timeout: options.answerWithin ?? 20_000,
    statement_timeout: 15_000,
    lock_timeout: 3_000,
    idle_in_transaction_session_timeout: 15_000,
    application_name: 'graphdesk',
    // Statements of a transaction that do not wait for each other travel together.
    pipeline: true,
  })
  let closing = false
  pool.on('error', (error) => {
    if (!closing) options.log?.(error)
  })
  // The pool itself listens to idle connections only. One can break in the very moment that it is handed to somebody, and
  // an error that nobody listens to ends the process. Whoever uses it learns of it from the next query.
  pool.on('connect', (client) => client.on('error', () => {}))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) }).$extends({
    query: { $allOperations: ({ args, query }) => query(args).catch(translate) },
  }) as unknown as PrismaClient
  const clock = options.clock ?? systemClock
  const committed = new Set<() => void>()

  const run = (client: pg.Pool | pg.PoolClient, sql: Statement, values: readonly unknown[]) =>
    runOn(client, sql, values, options.preparedStatements)

  async function attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      const now = clock.now()
      const { result, announced } = await inTransaction(
        client,
        { now, named: options.preparedStatements },
        work,
      )
      if (announced) announce()
      return result
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** The change is made, whatever becomes of those who hear of it. */
  function announce() {
    for (const listener of committed) {
      try {
        listener()
      } catch (error) {
        options.log?.(error as Error)
      }
    }
  }

  return {
    clock,
    query: (statement, values) => run(pool, statement, values).catch(translate) as Promise<never[]>,
    transaction: (work) => retrying(() => attempt(work)),
    async change(statement, values, { quietly = false } = {}) {
      const rows = await retrying(() => run(pool, statement, values))
      if (rows.length > 0 && !quietly) announce()
      return rows as never[]
    },
    prisma,
    pool,
    directUrl: options.directUrl ?? options.url,
    committed,
    async close() {
      closing = true
      await prisma.$disconnect()
      if (!pool.ended) await pool.end()
    },
  }
}

async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries > 3 || !retried.has(sqlState(error) ?? '')) return translate(error)
    }
  }
}

/** The SQLSTATE of a database error. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code
  return error instanceof Prisma.PrismaClientKnownRequestError ? underlying(error)?.originalCode : undefined
}

/** What the driver said, of an error that Prisma made of it. */
function underlying({ meta }: Prisma.PrismaClientKnownRequestError) {
  return (meta?.driverAdapterError as { cause?: { originalCode?: string } } | undefined)?.cause
}

/** NUL and half surrogates, in text and in JSON; what is too long for an index. */
function isUnstorable(error: unknown): boolean {
  const code = sqlState(error) ?? ''
  return (
    ['22021', '22P05', '54000'].includes(code) || (code === '22P02' && /json/.test((error as Error).message))
  )
}

/** As Node has it, and as Prisma does: not reachable, no answer in time, closed. */
const unreachable = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
  ...['P1001', 'P1008', 'P1017'],
])

/** The database could not be reached, or the connection broke before it answered. */
function isUnreachable(error: unknown): boolean {
  const { code, message = '' } = error as NodeJS.ErrnoException
  return (
    unreachable.has(code ?? '') ||
    /^(timeout exceeded|Connection terminated|Client has encountered|Query read timeout)/.test(message)
  )
}

function translate(error: unknown): never {
  if (isUnstorable(error)) {
    throw new ValidationError('input', 'A text is too long, or has characters that cannot be stored.')
  }
  if (isUnreachable(error) || overloaded.has(sqlState(error) ?? '')) {
    throw new OverloadedError({ cause: error })
  }
  throw error
}
