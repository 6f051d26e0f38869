import pg from 'pg'

/** A statement as it reached PostgreSQL's client. */
export interface Issued {
  /** Its own, else its text: `begin`. */
  name: string
  text: string
  values: unknown[]
}

export interface Recorder {
  /** Everything so far, from everybody in this process. */
  issued: readonly Issued[]
  /** What serving a request took, without what the server does by itself meanwhile, such as numbering events. */
  of(request: () => Promise<unknown>): Promise<Issued[]>
  stop(): void
}

/** One transaction, or one statement outside of any. */
interface Unit {
  inBackground: boolean
  isOpen: boolean
}

const background = new RegExp(
  '^(events\\.(pending|lock|number|newest|span|tail)|feed\\.|listener\\.|delivery\\.(?!list|visible|bodies|attempts)' +
    '|(integration|webhook)\\.connected|integration\\.(insertCalls|addCounts)|conversation\\.(snoozed|sumUp)' +
    '|heldReply\\.due|file\\.(claim|toRemove)|redaction\\.recent|idempotency\\.forget)',
)

/** Records what this process, the server under test included, sends to PostgreSQL. */
export function recordStatements(): Recorder {
  const issued: (Issued & { unit: Unit })[] = []
  const open = new WeakMap<object, Unit>()
  const query = pg.Client.prototype.query

  function record(connection: object, { name, text, values }: Issued) {
    const unit = open.get(connection) ?? { inBackground: false, isOpen: false }
    unit.inBackground ||= background.test(name)
    unit.isOpen ||= name === 'begin'
    if (name === 'commit' || name === 'rollback') unit.isOpen = false
    if (unit.isOpen) open.set(connection, unit)
    else open.delete(connection)
    issued.push({ name, text, values, unit })
  }

  pg.Client.prototype.query = function (this: object, first: unknown, ...rest: unknown[]) {
    const given = (typeof first === 'string' ? { text: first } : first) as Partial<
      Issued & { before: string }
    >
    const { text = '', name = text, values = rest[0], before } = given
    if (before) record(this, { name: before, text: before, values: [] })
    record(this, { name, text, values: Array.isArray(values) ? values : [] })
    return Reflect.apply(query, this, [first, ...rest])
  } as typeof query

  return {
    issued,
    async of(request) {
      const start = issued.length
      await request()
      // A served request has no open transaction.
      return issued.slice(start).filter(({ unit }) => !unit.inBackground && !unit.isOpen)
    },
    stop() {
      pg.Client.prototype.query = query
    },
  }
}
