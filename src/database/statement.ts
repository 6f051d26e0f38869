import { createHash } from 'node:crypto'

/** SQL with a name, so that PostgreSQL plans it once per connection. */
export interface Statement {
  name: string
  text: string
  /** Its rows are left as they were sent, see `SentRow`. */
  asSent?: boolean
  /** It is planned for its values at each run, and no connection keeps it: for texts of which there is no end. */
  isPassing?: boolean
}

/** PostgreSQL takes names that differ behind so many characters for the same. */
const longestName = 63

/** Names an SQL text; the name must be unique. */
export function statement(name: string, text: string, asSent = false): Statement {
  return { name: name.length > longestName ? shortened(name) : name, text, asSent }
}

function shortened(name: string): string {
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16)
  return `${name.slice(0, longestName - digest.length)}${digest}`
}

/** A statement that is put together for its values; its name is for people alone. */
export function passingStatement(name: string, text: string, asSent = false): Statement {
  return { name, text, asSent, isPassing: true }
}

/** Arrays of up to so many elements have statements of their own. */
const few = 5

/** In a statement's name: how many elements `rowsOf` was told that an array has. */
export function countName({ length }: readonly unknown[]): string {
  return length > 0 && length <= few ? String(length) : 'many'
}

/**
 * SQL of an array's elements as rows: `rowsOf('$1::uuid[]', ids)`. PostgreSQL is told how many a few are. It takes ten for
 * granted otherwise, and then finds at each run that planning anew for these ones pays.
 */
export function rowsOf(array: string, values: readonly unknown[]): string {
  if (countName(values) === 'many') return `unnest(${array})`
  return `(values ${values.map((_, index) => `((${array})[${index + 1}])`).join(', ')})`
}

const known = new Map<string, Statement>()

/** A statement that is put together when it is first asked for; its name says all that its text depends on. */
export function statementOnce(name: string, text: () => string, asSent = false): Statement {
  const found = known.get(name) ?? statement(name, text(), asSent)
  known.set(name, found)
  return found
}

/** Makes a statement for each `countName` of the ids in `$1`; `text` is given their rows. */
export function statementByIds(name: string, text: (rows: string) => string) {
  return (ids: readonly string[]) =>
    statementOnce(`${name}.${countName(ids)}`, () => text(rowsOf('$1::uuid[]', ids)))
}

/** A column of a view: the place of its value in the view's object, such as `assignee.id`, and its SQL. */
export interface Column {
  path: string
  sql: string
}

/** The columns of a table, with the model's field names; with `into`, in an object of that name (see `rowReader`). */
export function tableColumns(alias: string, fields: Record<string, string>, into?: string): Column[] {
  return Object.keys(fields).map((field) => ({
    path: into ? `${into}.${field}` : field,
    sql: `${alias}.${snakeCase(field)}`,
  }))
}

/** Part of a select list: `c.inbox_id as "inboxId", …`. */
export function selectList(columns: readonly Column[]): string {
  return columns.map(({ path, sql }) => `${sql} as "${path}"`).join(', ')
}

/**
 * A select list that gives a table's columns the model's field names: `c.inbox_id as "inboxId"`.
 * With `into`, the fields land in an object of that name (see `rowReader`).
 */
export function columns(alias: string, fields: Record<string, string>, into?: string): string {
  return selectList(tableColumns(alias, fields, into))
}

function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
