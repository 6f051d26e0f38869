import type { Writable } from 'node:stream'
import pg from 'pg'
import { type ReadRow, rowReader } from './rowReader.js'
import { sentRowReader } from './sentRow.js'
import type { Statement } from './statement.js'

/** What of a connection the library's types do not tell. */
interface Connection {
  stream: Writable
  parse(config: { text: string }): void
  parsedStatements: Record<string, string | undefined>
  bind(config: object): void
  execute(config: object): void
  sync(): void
}

interface Utils {
  /** As the protocol wants it: text, bytes or null. */
  prepareValue: (value: unknown) => unknown
}

type Done = (error: Error | null, result?: { rows: unknown[] }) => void

/** What the library calls on a query's way. */
interface Steps {
  name?: string
  values: readonly unknown[]
  callback?: Done
  prepare(connection: Connection): void
  handleRowDescription(message: { fields: pg.FieldDef[] }): void
  handleDataRow(message: { fields: (string | null)[] }): void
  handleCommandComplete(): void
  handleReadyForQuery(connection: Connection): void
  handleError(error: Error, connection: Connection): void
}

const Query = pg.Query as unknown as new (config: object, callback?: Done) => Steps
const { prepareValue } = (pg as unknown as { utils: Utils }).utils

/** By the names of a connection's statements. PostgreSQL lets none change its columns once it is prepared. */
const readers = new WeakMap<Connection, Map<string, ReadRow>>()

/**
 * One run of a statement. A connection is asked only once what columns a named statement has, and what it answers becomes
 * objects at once.
 */
export class PreparedQuery extends Query {
  readonly #readerOf: (fields: pg.FieldDef[]) => ReadRow
  /** See `Run`. */
  readonly before: string | undefined
  #connection: Connection | null = null
  #read: ReadRow | null = null
  #rows: unknown[] = []
  #fault: Error | null = null

  constructor({ text, asSent = false, name, values, before }: Run) {
    super({ text, name, values })
    this.#readerOf = asSent ? sentRowReader : rowReader
    this.before = before
  }

  override prepare(connection: Connection) {
    const { name = '', values } = this
    const { stream } = connection
    this.#connection = connection
    // Those that are run in the same turn of the event loop leave in one packet.
    stream.cork()
    process.nextTick(() => stream.uncork())
    this.#read = readerFor(connection, name)
    if (!this.#read) return super.prepare(connection)
    if (this.before) {
      connection.parse({ text: this.before })
      connection.bind({ portal: '', statement: '', values: [] })
      connection.execute({ portal: '', rows: 0 })
    }
    connection.bind({ portal: '', statement: name, values })
    connection.execute({ portal: '', rows: 0 })
    connection.sync()
  }

  override handleRowDescription({ fields }: { fields: pg.FieldDef[] }) {
    this.#learn(this.#readerOf(fields))
  }

  override handleDataRow({ fields }: { fields: (string | null)[] }) {
    try {
      if (this.#read) this.#rows.push(this.#read(fields))
    } catch (error) {
      this.#fault ??= error as Error
    }
  }

  override handleCommandComplete() {
    if (!this.#read) this.#learn(noRow)
  }

  override handleReadyForQuery(connection: Connection) {
    if (this.#fault) return this.handleError(this.#fault, connection)
    this.callback?.(null, { rows: this.#rows })
  }

  #learn(read: ReadRow) {
    this.#read = read
    if (!this.#connection || !this.name) return
    const known = readers.get(this.#connection) ?? new Map<string, ReadRow>()
    readers.set(this.#connection, known.set(this.name, read))
  }
}

const noRow: ReadRow = () => {
  throw new Error('A statement without columns gave a row.')
}

interface Run extends Omit<Statement, 'name' | 'isPassing'> {
  name?: string
  values: readonly unknown[]
  /** A command to be run right before it, for a statement that is prepared: if that fails, it is not run. */
  before?: string
}

/** Null where the connection does not know a statement by this name. */
function readerFor(connection: Connection, name: string): ReadRow | null {
  return (connection.parsedStatements[name] && readers.get(connection)?.get(name)) || null
}

/** Whether a connection knows a statement by its name, so that `before` can come with it. */
export function isPrepared(client: pg.ClientBase, { name }: Statement): boolean {
  const { connection } = client as unknown as { connection: Connection }
  return readerFor(connection, name) !== null
}

/**
 * Runs a statement; `named`: it is planned once for each connection. Gives its rows, see `rowReader`. `before`: see `Run`.
 */
export function runOn(
  client: pg.Pool | pg.ClientBase,
  { name, isPassing, ...statement }: Statement,
  values: readonly unknown[],
  named: boolean,
  before?: string,
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const done: Done = (error, result) => (error ? reject(error) : resolve(result?.rows ?? []))
    // Once a statement is on its way it is too late to find that a value cannot be sent: its name would stay taken.
    const ready = values.map((value) => prepareValue(value))
    const query = new PreparedQuery({
      ...statement,
      ...(named && !isPassing && { name }),
      values: ready,
      before,
    })
    ;(client.query as (query: PreparedQuery, values: undefined, done: Done) => void)(query, undefined, done)
  })
}
