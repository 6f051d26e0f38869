import fc from 'fast-check'
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { schema } from '../../schema/schema.js'

/** What a generated document may ask for: ids that mean something and some that mean nothing, by the argument's name. */
export type Ids = Record<string, readonly string[]>

export interface Generated {
  text: string
  variables: Record<string, unknown>
}

/** Queries of any selection, with aliases, fragments, arguments and variables. */
export function documents(ids: Ids): fc.Arbitrary<Generated> {
  const query = schema.getQueryType()
  if (!query) throw new Error('The schema has no queries.')
  return selection(query, 5, ids).map((drawn) => print(drawn))
}

interface Drawn {
  entries: Entry[]
}

interface Entry {
  alias: string | null
  name: string
  args: { name: string; type: string; value: unknown; asVariable: boolean }[]
  inside: Drawn | null
  wrap: 'none' | 'inline' | 'named'
  on: string
}

function selection(type: GraphQLNamedOutputType, depth: number, ids: Ids): fc.Arbitrary<Drawn> {
  const bare: Entry = {
    alias: null,
    name: '__typename',
    args: [],
    inside: null,
    wrap: 'none',
    on: type.name,
  }
  const typename = fc.constant(bare)
  if (isAbstractType(type)) {
    const each = schema.getPossibleTypes(type).map((possible) =>
      selection(possible, depth, ids).map(({ entries }) =>
        // What two members call the same may be of two types.
        entries.map((entry) => ({
          ...entry,
          wrap: 'inline' as const,
          alias: `${possible.name}_${keyOf(entry)}`,
        })),
      ),
    )
    return fc.subarray(each).chain((some) =>
      fc.tuple(...some).map((inside) => {
        const entries = inside.flat()
        // Nothing may be selected of some members, but something must be.
        return { entries: entries.length > 0 ? entries : [bare] }
      }),
    )
  }
  if (!isObjectType(type)) throw new Error(`${type.name} has no selection.`)
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 1 || isLeafType(getNamedType(field.type)),
  )
  if (fields.length === 0) return typename.map((only) => ({ entries: [only] }))
  // What lists and timelines are made of, more often than the rest.
  const usual = fields.filter(({ name }) => /^(conversations?|messages|nodes|edges|author)$/.test(name))
  const one = fc
    .constantFrom(...fields, ...usual, ...usual, ...usual)
    .chain((field) => entry(type.name, field, depth, ids))
  return fc
    .tuple(fc.uniqueArray(one, { minLength: 1, maxLength: 6, selector: keyOf }), fc.option(typename))
    .map(([entries, last]) => ({ entries: last ? [...entries, last] : entries }))
}

const keyOf = ({ alias, name }: Entry) => alias ?? name

function entry(
  on: string,
  field: GraphQLField<unknown, unknown>,
  depth: number,
  ids: Ids,
): fc.Arbitrary<Entry> {
  const type = getNamedType(field.type)
  const args = field.args.map((arg) =>
    fc.record({
      name: fc.constant(arg.name),
      type: fc.constant(String(arg.type)),
      value: isNonNullType(arg.type)
        ? argumentValue(arg.name, arg.type, ids)
        : fc.oneof(
            { arbitrary: fc.constant(undefined), weight: 3 },
            { arbitrary: argumentValue(arg.name, arg.type, ids), weight: 1 },
          ),
      asVariable: fc.boolean(),
    }),
  )
  return fc.record({
    on: fc.constant(on),
    name: fc.constant(field.name),
    alias: fc.option(fc.constantFrom('a', 'b', 'c', 'd')),
    args: fc.tuple(...args).map((given) => given.filter(({ value }) => value !== undefined)),
    inside: isLeafType(type) ? fc.constant(null) : selection(type, depth - 1, ids),
    wrap: fc.constantFrom('none' as const, 'none' as const, 'inline' as const, 'named' as const),
  })
}

/** Some value that is valid for an argument, or that a client might get wrong. */
function argumentValue(name: string, type: GraphQLInputType, ids: Ids): fc.Arbitrary<unknown> {
  const known = ids[name]
  if (known) return fc.constantFrom(...known)
  const inner = getNamedType(type)
  if (inner.name === 'Int') return fc.constantFrom(1, 2, 3, 100, 0)
  if (inner.name === 'Boolean') return fc.boolean()
  if (isEnumType(inner)) return fc.constantFrom(...inner.getValues().map((one) => one.name))
  if (inner.name === 'ConversationFilter') {
    return fc.record(
      {
        inboxId: fc.constantFrom(...(ids.inboxId ?? ['inbox_none'])),
        status: fc.constantFrom(['OPEN'], ['OPEN', 'CLOSED'], []),
        unassigned: fc.boolean(),
      },
      { requiredKeys: [] },
    )
  }
  if (inner.name === 'ConversationOrder') {
    return fc.record({
      field: fc.constantFrom('LAST_ACTIVITY', 'CREATED'),
      direction: fc.constantFrom('ASC', 'DESC'),
    })
  }
  return fc.constant(undefined)
}

function print(drawn: Drawn): Generated {
  const variables: Record<string, unknown> = {}
  const declared: string[] = []
  const fragments: string[] = []

  const set = ({ entries }: Drawn): string => `{ ${entries.map(text).join(' ')} }`
  const text = ({ alias, name, args, inside, wrap, on }: Entry): string => {
    const given = args.map((arg) => {
      if (!arg.asVariable) return `${arg.name}: ${literal(arg.value, arg.type)}`
      const variable = `v${declared.length}`
      declared.push(`$${variable}: ${arg.type}`)
      variables[variable] = arg.value
      return `${arg.name}: $${variable}`
    })
    const field = `${alias ? `${alias}: ` : ''}${name}${given.length ? `(${given.join(', ')})` : ''}${inside ? ` ${set(inside)}` : ''}`
    if (wrap === 'none') return field
    if (wrap === 'inline') return `... on ${on} { ${field} }`
    const fragment = `F${fragments.length}`
    fragments.push('')
    fragments[Number(fragment.slice(1))] = `fragment ${fragment} on ${on} { ${field} }`
    return `...${fragment}`
  }
  const body = set(drawn)
  return {
    text: [`query${declared.length ? ` (${declared.join(', ')})` : ''} ${body}`, ...fragments].join('\n'),
    variables,
  }
}

function literal(value: unknown, type: string): string {
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, type)).join(', ')}]`
  if (value && typeof value === 'object') {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key}: ${literal(inner, key)}`)
      .join(', ')} }`
  }
  const isEnum = /^[A-Z_]+$/.test(String(value))
  return isEnum ? String(value) : JSON.stringify(value)
}
