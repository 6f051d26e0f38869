import {
  type ExecutionArgs,
  type FieldNode,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import type { Beginning } from '../../../schema/beginning.js'
import type { Shared } from '../../../schema/shared.js'

/** What an operation asks of the only field that it has, which can be shared. */
export interface SharedField {
  survives: (change: Parameters<Shared<object>['survives']>[0]) => boolean
  begins: Beginning
  inTurn: boolean
  /** The variables, without the one that says where to resume. */
  others: object
}

/** Null for an operation that cannot be shared. */
export function sharedField(args: ExecutionArgs): SharedField | null {
  const { schema, document, operationName, variableValues } = args
  const operation = getOperationAST(document, operationName)
  const [field, ...more] = operation?.selectionSet.selections ?? []
  if (!operation || field?.kind !== 'Field' || more.length > 0 || field.directives?.length) return null
  const definition = schema.getSubscriptionType()?.getFields()[field.name.value]
  const shared = definition?.extensions.shared as Shared<object> | undefined
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {})
  if (!definition || !shared || !coerced) return null
  const given = getArgumentValues(definition, field, coerced)
  const place = onlyUse(args, operation, field)
  const others = Object.entries(variableValues ?? {}).filter(([name]) => name !== place)
  return {
    survives: (change) => shared.survives(change, given),
    begins: given,
    inTurn: shared.inTurn ?? false,
    others: others.sort(([one], [other]) => (one < other ? -1 : 1)),
  }
}

/** The variable that says where to resume, unless it says something else too. */
function onlyUse(
  { document }: ExecutionArgs,
  { variableDefinitions }: OperationDefinitionNode,
  field: FieldNode,
) {
  const after = field.arguments?.find(({ name }) => name.value === 'after')?.value
  if (after?.kind !== 'Variable') return null
  const name = after.name.value
  let uses = 0
  visit(document, {
    Variable: (variable) => {
      if (variable.name.value === name) uses++
    },
  })
  const definitions = variableDefinitions?.filter(({ variable }) => variable.name.value === name).length ?? 0
  return uses - definitions === 1 ? name : null
}
