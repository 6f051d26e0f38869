import pg from 'pg'
import { readMoment } from './moment.js'

/** Makes what the server sent of a row, in text, into an object. */
export type ReadRow = (values: readonly (string | null)[]) => unknown

type Read = (text: string) => unknown

const { INT8, TIMESTAMPTZ } = pg.types.builtins

/** What the library does with types that it does not know, such as enums. */
const asItIs = pg.types.getTypeParser(0 as never)

/**
 * Rows as objects. Columns such as `assignee.id` land in an object of that name; it is null where its id is. The code is
 * generated, because objects whose shape is known beforehand are made several times as fast.
 */
export function rowReader(fields: readonly pg.FieldDef[]): ReadRow {
  const reads = fields.map(({ dataTypeID }) => readOf(dataTypeID))
  const own: string[] = []
  const inner = new Map<string, string[]>()
  const ids = new Map<string, string>()
  fields.forEach(({ name }, index) => {
    const [first = '', second] = name.split('.')
    const value = `values[${index}]`
    const read = reads[index] === asItIs ? value : `${value} === null ? null : reads[${index}](${value})`
    const entry = `${JSON.stringify(second ?? first)}: ${read}`
    if (second === undefined) own.push(entry)
    else inner.set(first, [...(inner.get(first) ?? []), entry])
    if (second === 'id') ids.set(first, value)
  })
  for (const [name, entries] of inner) {
    own.push(`${JSON.stringify(name)}: ${ids.get(name)} === null ? null : {${entries.join()}}`)
  }
  return new Function('reads', `return (values) => ({${own.join()}})`)(reads)
}

/** How a value of a type is read. */
export function readOf(oid: number): Read {
  if (oid === INT8) return Number
  if (oid === TIMESTAMPTZ) return readMoment
  return pg.types.getTypeParser(oid)
}
