import {
  type DocumentNode,
  defaultFieldResolver,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  isAbstractType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Execution, Given, Write, WrittenField } from './execution.js'
import { finderOf } from './fromRow.js'
import type { SelectedField } from './selected.js'
import { writeFields, writeOf } from './write.js'

/** An operation as functions. */
export interface CompiledOperation {
  definition: OperationDefinitionNode
  /** In order. */
  fields: readonly CompiledField[]
  /** All of them at once. */
  write: Write
}

export interface CompiledField extends WrittenField {
  selected: SelectedField
}

/** Thrown for what only the general way can do. */
class NotCovered extends Error {}

interface Compiling {
  schema: GraphQLSchema
  fragments: Record<string, FragmentDefinitionNode>
  operation: OperationDefinitionNode
  /** Numbers given to fields so far. */
  numbers: number
}

/**
 * Makes a validated operation into functions that call the same resolvers as the general way; of a subscription, what is done
 * for each event. Null where it needs what only that has: directives, introspection, relations of plugin-prisma.
 */
export function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledOperation | null {
  const type = schema.getRootType(operation.operation)
  if (!type) return null
  const fragments = Object.fromEntries(
    document.definitions.flatMap((one) => (one.kind === 'FragmentDefinition' ? [[one.name.value, one]] : [])),
  )
  try {
    const fields = fieldsOf({ schema, fragments, operation, numbers: 0 }, type, [operation]).map(settling)
    return { definition: operation, fields, write: writeFields(fields) }
  } catch (error) {
    if (error instanceof NotCovered) return null
    throw error
  }
}

/** A field of the root, which keeps what it gives. */
function settling(field: CompiledField): CompiledField {
  const { key, resolve } = field
  return {
    ...field,
    resolve(source, execution) {
      try {
        const value = resolve(source, execution)
        execution.settled.set(key, () => value)
        return value
      } catch (error) {
        execution.settled.set(key, () => {
          throw error
        })
        throw error
      }
    },
  }
}

function fieldsOf(
  compiling: Compiling,
  type: GraphQLObjectType,
  selecting: readonly { selectionSet?: SelectionSetNode }[],
): CompiledField[] {
  const nodes = new Map<string, FieldNode[]>()
  for (const { selectionSet } of selecting) collect(compiling, type, selectionSet, nodes)
  return [...nodes].map(([key, same]) => fieldOf(compiling, type, key, same))
}

function collect(
  compiling: Compiling,
  type: GraphQLObjectType,
  selectionSet: SelectionSetNode | undefined,
  nodes: Map<string, FieldNode[]>,
) {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.directives?.length) throw new NotCovered()
    if (selection.kind === 'Field') {
      const key = (selection.alias ?? selection.name).value
      nodes.set(key, [...(nodes.get(key) ?? []), selection])
      continue
    }
    const fragment =
      selection.kind === 'InlineFragment' ? selection : compiling.fragments[selection.name.value]
    const on = fragment?.typeCondition && compiling.schema.getType(fragment.typeCondition.name.value)
    const applies = !on || on === type || (isAbstractType(on) && compiling.schema.isSubType(on, type))
    if (applies) collect(compiling, type, fragment?.selectionSet, nodes)
  }
}

function fieldOf(
  compiling: Compiling,
  parentType: GraphQLObjectType,
  key: string,
  fieldNodes: FieldNode[],
): CompiledField {
  const [{ name: named }] = fieldNodes as [FieldNode]
  const on = parentType.name
  const name = named.value
  if (name === '__typename') {
    return {
      key,
      selected: { on, name, field: null, inside: [] },
      find: () => ({ text: () => `"${on}"` }),
      resolve: () => null,
      write: (text) => void text.push(`"${on}"`),
    }
  }
  const field = parentType.getFields()[name]
  // A relation of plugin-prisma's is loaded with its parent, or by its place in the result.
  if (!field || field.extensions.pothosPrismaSelect) throw new NotCovered()
  const number = compiling.numbers++
  const inside: SelectedField[] = []
  const insides = new Map<string, CompiledField[]>()
  const write = writeOf(field.type, {
    schema: compiling.schema,
    number,
    inside(type) {
      const fields = fieldsOf(compiling, type, fieldNodes)
      inside.push(...fields.map(({ selected }) => selected))
      insides.set(type.name, fields)
      return fields
    },
  })
  const give = giverOf(compiling, { parentType, field, fieldNodes, key, number, selected: inside })
  return {
    key,
    selected: { on, name, field, inside },
    find: finderOf(field, insides),
    resolve: resolverOf(field, give),
    write,
  }
}

type Give = (execution: Execution) => Given

function resolverOf(field: GraphQLField<unknown, unknown>, give: Give): CompiledField['resolve'] {
  const { name, resolve = defaultFieldResolver } = field
  const resolved = (source: unknown, execution: Execution) => {
    const { args, info } = give(execution)
    return resolve(source, args, execution.context, info)
  }
  const type = getNamedType(field.type)
  const needsInfo = isAbstractType(type) || (isObjectType(type) && type.isTypeOf)
  if (field.resolve || needsInfo) return resolved
  return (source, execution) => {
    const value = (source as Record<string, unknown>)[name]
    return typeof value === 'function' ? resolved(source, execution) : value
  }
}

interface Giving {
  parentType: GraphQLObjectType
  field: GraphQLField<unknown, unknown>
  fieldNodes: FieldNode[]
  key: string
  number: number
  /** See `columnsRead`. */
  selected: readonly SelectedField[]
}

/** Made once for an execution, when it is first asked for. */
function giverOf({ schema, fragments, operation }: Compiling, giving: Giving): Give {
  const { field, fieldNodes, number, key, parentType, selected } = giving
  const [node] = fieldNodes as [FieldNode]
  const info = {
    fieldName: field.name,
    fieldNodes,
    returnType: field.type,
    parentType,
    path: { prev: undefined, key, typename: parentType.name },
    schema,
    fragments,
    rootValue: undefined,
    operation,
    selected,
  }
  return (execution) => {
    const { variables } = execution
    const given = execution.given[number] ?? {
      args: getArgumentValues(field, node, variables),
      info: { ...info, variableValues: variables },
    }
    execution.given[number] = given
    return given
  }
}
