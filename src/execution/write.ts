import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLID,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Given, Write, WrittenField } from './execution.js'
import { begin, rowWriter } from './fromRow.js'
import { put } from './text.js'

/** What is told of a field that is to be written. */
export interface Place {
  schema: GraphQLSchema
  number: number
  /** What is selected of an object type there. */
  inside: (type: GraphQLObjectType) => readonly WrittenField[]
}

/** Completes values of a type as the specification has it, into text. */
export function writeOf(type: GraphQLOutputType, place: Place): Write {
  if (isNonNullType(type)) {
    const write = writeOf(type.ofType, place)
    return (text, value, execution) => {
      if (value == null) throw new Error(`Null for ${type}.`)
      write(text, value, execution)
    }
  }
  const write = isListType(type)
    ? writeList(writeOf(type.ofType, place))
    : isLeafType(type)
      ? writeLeaf(type)
      : isObjectType(type)
        ? writeObject(type, place)
        : writeAbstract(type, place)
  return (text, value, execution) => {
    if (value == null) {
      text.push('null')
      return
    }
    if (value instanceof Error) throw value
    write(text, value, execution)
  }
}

function writeList(write: Write): Write {
  return (text, values, execution) => {
    if (!Array.isArray(values)) throw new Error('A list that is no array.')
    text.push('[')
    for (let index = 0; index < values.length; index++) {
      if (index > 0) text.push(',')
      put(text, values[index], write, execution)
    }
    text.push(']')
  }
}

function writeLeaf(type: GraphQLLeafType): Write {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`]))
    return (text, value) => {
      text.push(texts.get(value) ?? JSON.stringify(type.serialize(value)))
    }
  }
  const isText = type === GraphQLString || type === GraphQLID
  return (text, value) => {
    if (isText && typeof value === 'string') {
      text.push(JSON.stringify(value))
      return
    }
    const serialized = type.serialize(value)
    if (serialized == null) throw new Error(`${type} serialized to nothing.`)
    text.push(JSON.stringify(serialized))
  }
}

function writeObject(type: GraphQLObjectType, { number, inside }: Place): Write {
  const write = writeFields(inside(type))
  const { isTypeOf } = type
  if (!isTypeOf) return write
  return (text, source, execution) => {
    const { info } = execution.given[number] as Given
    if (isTypeOf(source, execution.context, info) !== true) throw new Error(`This is no ${type}.`)
    write(text, source, execution)
  }
}

function writeAbstract(type: GraphQLAbstractType, place: Place): Write {
  const writes = new Map<unknown, Write>(
    place.schema.getPossibleTypes(type).map((possible) => [possible.name, writeObject(possible, place)]),
  )
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (text, value, execution) => {
    const { info } = execution.given[place.number] as Given
    const write: Write = (text, name) => {
      const chosen = writes.get(name)
      if (!chosen) throw new Error(`${type} of an unknown type.`)
      chosen(text, value, execution)
    }
    put(text, resolveType(value, execution.context, info, type), write, execution)
  }
}

/** The fields of an object, all at once. */
export function writeFields(fields: readonly WrittenField[]): Write {
  // A member of a union of which nothing is selected.
  if (fields.length === 0) return (text) => void text.push('{}')
  const begun = fields.map(({ key }, index) => begin(key, index))
  const ofRow = rowWriter(fields)
  return (text, source, execution) => {
    const write = ofRow(source)
    if (write) return write(text, source, execution)
    for (let index = 0; index < fields.length; index++) {
      const { resolve, write } = fields[index] as WrittenField
      text.push(begun[index] as string)
      put(text, resolve(source, execution), write, execution)
    }
    text.push('}')
  }
}
