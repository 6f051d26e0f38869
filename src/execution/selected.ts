import type { GraphQLField, GraphQLResolveInfo } from 'graphql'

/** A field that a compiled document selects, and what inside it. */
export interface SelectedField {
  /** The type it is selected on. */
  on: string
  name: string
  field: GraphQLField<unknown, unknown> | null
  inside: readonly SelectedField[]
}

/** What a field reads of the row that its object is; one that says nothing and has a resolver of its own may read anything. */
export interface Reads {
  /** Columns. */
  reads?: readonly string[]
  /** Rows that come with it: the prefix of their columns, by their GraphQL type. */
  joined?: Readonly<Record<string, string>>
  /** JSON of the field from what the server sent of the first column that it reads. */
  sent?: (text: string) => string
  /** That column is JSON of what the resolver gives. */
  isJson?: boolean
}

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> extends Reads {}
}

/** Columns of a row; null: all that there are. */
export type Columns = ReadonlySet<string> | null

const known = new WeakMap<readonly SelectedField[], Map<string, Columns>>()

/** Which columns of the rows at these places below a field, or at the field itself, are read; all where the document was not compiled. */
export function columnsRead(info: GraphQLResolveInfo, ...places: string[]): Columns {
  const { selected } = info as { selected?: readonly SelectedField[] }
  if (!selected) return null
  const memo = known.get(selected) ?? new Map<string, Columns>()
  known.set(selected, memo)
  const key = places.join()
  const before = memo.get(key)
  if (before !== undefined) return before
  const columns = new Set<string>()
  const isKnown = places.every((place) =>
    add(columns, '', at(selected, place === '' ? [] : place.split('.'))),
  )
  memo.set(key, isKnown ? columns : null)
  return memo.get(key) ?? null
}

const added = new WeakMap<ReadonlySet<string>, Map<string, Columns>>()

/** Columns with others; the same set again for the same ones. */
export function withColumns(columns: Columns, others: readonly string[]): Columns {
  if (!columns) return null
  const memo = added.get(columns) ?? new Map<string, Columns>()
  added.set(columns, memo)
  const key = others.join()
  const known = memo.get(key) ?? new Set([...columns, ...others])
  memo.set(key, known)
  return known
}

/** Whether a field right below a field is selected; where the document was not compiled it may be. */
export function isSelected(info: GraphQLResolveInfo, name: string): boolean {
  const { selected } = info as { selected?: readonly SelectedField[] }
  return !selected || selected.some((field) => field.name === name)
}

/** What any of these needs. */
export function columnsOfAll(reads: readonly Columns[]): Columns {
  const [first = null, ...others] = new Set(reads)
  if (others.length === 0) return first
  const columns = new Set<string>()
  for (const read of [first, ...others]) {
    if (!read) return null
    for (const column of read) columns.add(column)
  }
  return columns
}

function at(fields: readonly SelectedField[], names: readonly string[]): readonly SelectedField[] {
  return names.reduce(
    (inside, name) => inside.filter((one) => one.name === name).flatMap((one) => one.inside),
    fields,
  )
}

/** False where anything may be read. */
function add(columns: Set<string>, prefix: string, fields: readonly SelectedField[]): boolean {
  return fields.every(({ name, field, inside }) => {
    if (!field) return true
    const { reads, joined }: Reads = field.extensions
    if (!reads && !joined && field.resolve) return false
    for (const column of reads ?? (joined ? [] : [name])) columns.add(prefix + column)
    return Object.entries(joined ?? {}).every(([type, into]) => {
      columns.add(`${prefix}${into}.id`)
      return add(
        columns,
        `${prefix}${into}.`,
        inside.filter(({ on }) => on === type),
      )
    })
  })
}
