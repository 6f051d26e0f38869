import type pg from 'pg'
import { type ReadRow, readOf, rowReader } from './rowReader.js'

/** A row as the server sent it, with the properties of the object that `rowReader` makes; each is read when it is asked for. */
export abstract class SentRow {
  /** Texts, in the order of the columns. */
  readonly sent: readonly (string | null)[]

  constructor(sent: readonly (string | null)[]) {
    this.sent = sent
  }

  /** Where in `sent` a column is, by its path, such as `assignee.id`; the same map for all rows of the same columns. */
  abstract get places(): ReadonlyMap<string, number>
}

/** By their columns: what is made for a kind of row is made once, however many connections bring it. */
const known = new Map<string, ReadRow>()

/** Rows that are mostly written on as they came. */
export function sentRowReader(fields: readonly pg.FieldDef[]): ReadRow {
  const columns = fields.map(({ name, dataTypeID }) => `${name} ${dataTypeID}`).join()
  const reader = known.get(columns) ?? readerOf(fields)
  known.set(columns, reader)
  return reader
}

function readerOf(fields: readonly pg.FieldDef[]): ReadRow {
  const places = new Map(fields.map(({ name }, index) => [name, index]))
  const readWhole = rowReader(fields) as (sent: SentRow['sent']) => Record<string, unknown>

  class Row extends SentRow {
    declare read: Record<string, unknown> | undefined

    get places() {
      return places
    }

    get whole() {
      this.read ??= readWhole(this.sent)
      return this.read
    }
  }

  fields.forEach(({ name, dataTypeID }, index) => {
    const [own = ''] = name.split('.')
    const read = readOf(dataTypeID)
    Object.defineProperty(Row.prototype, own, {
      configurable: true,
      get(this: Row) {
        if (own !== name) return this.whole[own]
        const text = this.sent[index]
        return text == null ? null : read(text)
      },
    })
  })
  return (sent) => new Row(sent)
}
