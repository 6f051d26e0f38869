import {
  GraphQLBoolean,
  type GraphQLField,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  getNullableType,
  isEnumType,
  isLeafType,
  isNonNullType,
} from 'graphql'
import { SentRow } from '../database/sentRow.js'
import type { FindInRow, Places, Write, WriteSent, WrittenField } from './execution.js'
import { put } from './text.js'

declare module 'graphql' {
  interface GraphQLScalarTypeExtensions {
    /** JSON of a value from what the server sent of it. */
    sent?: WriteLeaf
  }
}

type WriteLeaf = (text: string) => string

/** How the fields of an object are written when it is a row as it was sent; null when it is none. */
export function rowWriter(fields: readonly WrittenField[]): (source: unknown) => Write | null {
  const known = new WeakMap<Places, Write>()
  return (source) => {
    if (!(source instanceof SentRow)) return null
    const write = known.get(source.places) ?? writeRow(fields, source.places)
    known.set(source.places, write)
    return write
  }
}

function writeRow(fields: readonly WrittenField[], places: Places): Write {
  const steps = fields.map(({ key, find, resolve, write }, index) => {
    const inRow = find(places, '')
    const text = inRow && 'text' in inRow ? inRow.text : null
    const json = inRow && 'json' in inRow ? inRow.json : null
    return { begun: begin(key, index), text, json, resolve, write }
  })
  return (text, source, execution) => {
    const row = source as SentRow
    let line = ''
    for (const step of steps) {
      line += step.begun
      if (step.text) {
        line += step.text(row.sent)
        continue
      }
      text.push(line)
      line = ''
      if (step.json === null) put(text, step.resolve(row, execution), step.write, execution)
      else step.write(text, JSON.parse(row.sent[step.json] ?? 'null'), execution)
    }
    text.push(`${line}}`)
  }
}

/** What comes before a field's value; also the brace before the first. */
export function begin(key: string, index: number): string {
  return `${index === 0 ? '{' : ','}"${key}":`
}

/** How a field is found in rows; `inside`: what is selected of its objects, by their type. */
export function finderOf(
  field: GraphQLField<unknown, unknown>,
  inside: ReadonlyMap<string, readonly WrittenField[]>,
): FindInRow {
  const { reads, joined, sent, isJson } = field.extensions
  const orNull = nullOf(field)
  if (joined) return findJoined(Object.entries(joined), inside, orNull)
  const [column = field.name] = reads ?? []
  const type = getNullableType(field.type)
  const leaf = sent ?? (!field.resolve && !reads && isLeafType(type) ? leafOf(type) : null)
  return (places, prefix) => {
    const at = places.get(prefix + column)
    if (at === undefined) return null
    if (isJson) return prefix === '' ? { json: at } : null
    if (!leaf) return null
    return {
      text(values) {
        const value = values[at]
        return value == null ? orNull() : leaf(value)
      },
    }
  }
}

/** Rows that were joined: the first that is there. */
function findJoined(
  joined: readonly (readonly [type: string, into: string])[],
  inside: ReadonlyMap<string, readonly WrittenField[]>,
  orNull: () => string,
): FindInRow {
  return (places, prefix) => {
    const found = joined.map(([type, into]) => {
      const id = places.get(`${prefix}${into}.id`)
      const write = writeWhole(inside.get(type) ?? [], places, `${prefix}${into}.`)
      return id !== undefined && write ? { id, write } : null
    })
    if (!found.every((one) => one !== null)) return null
    return {
      text(sent) {
        for (const { id, write } of found) if (sent[id] !== null) return write(sent)
        return orNull()
      },
    }
  }
}

/** All fields from columns alone; null where one is not. */
function writeWhole(fields: readonly WrittenField[], places: Places, prefix: string): WriteSent | null {
  const steps: { begun: string; text: WriteSent }[] = []
  for (const { key, find } of fields) {
    const inRow = find(places, prefix)
    if (!inRow || !('text' in inRow)) return null
    steps.push({ begun: begin(key, steps.length), text: inRow.text })
  }
  if (steps.length === 0) return () => '{}'
  return (sent) => {
    let line = ''
    for (const { begun, text } of steps) line += begun + text(sent)
    return `${line}}`
  }
}

function nullOf({ name, type }: GraphQLField<unknown, unknown>): () => string {
  if (!isNonNullType(type)) return () => 'null'
  return () => {
    throw new Error(`Null for ${name} of type ${type}.`)
  }
}

const asItIs: WriteLeaf = (text) => text

function leafOf(type: GraphQLLeafType): WriteLeaf | null {
  if (isEnumType(type)) {
    const isPlain = type.getValues().every(({ name, value }) => name === value)
    return isPlain ? (text) => `"${text}"` : null
  }
  if (type === GraphQLString || type === GraphQLID) return JSON.stringify
  if (type === GraphQLInt) return asItIs
  if (type === GraphQLBoolean) return (text) => (text === 't' ? 'true' : 'false')
  return type.extensions.sent ?? null
}
