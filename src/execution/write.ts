import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLID,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** What fields of the root gave, by their names in the result: none of them is asked twice. */
export type Settled = ReadonlyMap<string, () => unknown>

/** What is the same for all of one execution. */
export interface Execution {
  context: unknown
  /** Coerced. */
  variables: Record<string, unknown>
  /** What a field's resolver is given, by the field's number, once it was asked for. */
  given: Given[]
  settled: Map<string, () => unknown>
}

export interface Given {
  args: Record<string, unknown>
  info: GraphQLResolveInfo
}

/** JSON text; a promise only where a resolver gave one. */
export type Part = string | Promise<string>

/** Writes what a resolver gave. Throws, or rejects, for whatever is not plain success. */
export type Write = (value: unknown, execution: Execution) => Part

/** A field of an object, by its name in the result. */
export interface WrittenField {
  key: string
  resolve(source: unknown, execution: Execution): unknown
  write: Write
}

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
    return (value, execution) => {
      if (value == null) throw new Error(`Null for ${type}.`)
      return write(value, execution)
    }
  }
  const write = isListType(type)
    ? writeList(writeOf(type.ofType, place))
    : isLeafType(type)
      ? writeLeaf(type)
      : isObjectType(type)
        ? writeObject(type, place)
        : writeAbstract(type, place)
  return (value, execution) => {
    if (value == null) return 'null'
    if (value instanceof Error) throw value
    return write(value, execution)
  }
}

function writeList(write: Write): Write {
  return (values, execution) => {
    if (!Array.isArray(values)) throw new Error('A list that is no array.')
    const parts: Part[] = []
    try {
      for (const value of values) parts.push(partOf(value, write, execution))
    } catch (error) {
      throw alone(error, parts)
    }
    return parts.every((part) => typeof part === 'string')
      ? `[${parts.join()}]`
      : Promise.all(parts).then((texts) => `[${texts.join()}]`)
  }
}

function writeLeaf(type: GraphQLLeafType): Write {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name, value }) => [value, `"${name}"`]))
    return (value) => texts.get(value) ?? JSON.stringify(type.serialize(value))
  }
  const isText = type === GraphQLString || type === GraphQLID
  return (value) => {
    if (isText && typeof value === 'string') return JSON.stringify(value)
    const serialized = type.serialize(value)
    if (serialized == null) throw new Error(`${type} serialized to nothing.`)
    return JSON.stringify(serialized)
  }
}

function writeObject(type: GraphQLObjectType, { number, inside }: Place): Write {
  const write = writeFields(inside(type))
  const { isTypeOf } = type
  if (!isTypeOf) return write
  return (source, execution) => {
    const { info } = execution.given[number] as Given
    if (isTypeOf(source, execution.context, info) !== true) throw new Error(`This is no ${type}.`)
    return write(source, execution)
  }
}

function writeAbstract(type: GraphQLAbstractType, place: Place): Write {
  const writes = new Map<unknown, Write>(
    place.schema.getPossibleTypes(type).map((possible) => [possible.name, writeObject(possible, place)]),
  )
  const resolveType = type.resolveType ?? defaultTypeResolver
  return (value, execution) => {
    const { info } = execution.given[place.number] as Given
    const write: Write = (name) => {
      const chosen = writes.get(name)
      if (!chosen) throw new Error(`${type} of an unknown type.`)
      return chosen(value, execution)
    }
    return partOf(resolveType(value, execution.context, info, type), write, execution)
  }
}

/** The fields of an object, all at once. */
export function writeFields(fields: readonly WrittenField[]): Write {
  // A member of a union of which nothing is selected.
  if (fields.length === 0) return () => '{}'
  const begun = fields.map(({ key }, index) => `${index === 0 ? '{' : ','}"${key}":`)
  return (source, execution) => {
    let parts: Part[] | null = null
    let text = ''
    try {
      for (let index = 0; index < fields.length; index++) {
        const { resolve, write } = fields[index] as WrittenField
        const part = partOf(resolve(source, execution), write, execution)
        text += begun[index]
        if (typeof part === 'string') {
          text += part
          continue
        }
        parts ??= []
        parts.push(text, part)
        text = ''
      }
    } catch (error) {
      throw alone(error, parts ?? [])
    }
    if (!parts) return `${text}}`
    parts.push(`${text}}`)
    return Promise.all(parts).then((texts) => texts.join(''))
  }
}

function partOf(value: unknown, write: Write, execution: Execution): Part {
  return isPromise(value) ? value.then((settled) => write(settled, execution)) : write(value, execution)
}

/** What was begun beside a failure may fail as well, and nobody waits for it any more. */
function alone(error: unknown, parts: readonly Part[]): unknown {
  for (const part of parts) if (typeof part !== 'string') part.catch(() => undefined)
  return error
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | null)?.then === 'function'
}
