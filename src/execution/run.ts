import { type GraphQLSchema, getVariableValues, OperationTypeNode } from 'graphql'
import type { CompiledOperation } from './compile.js'
import type { Execution, Settled, WrittenField } from './execution.js'
import { pieces, whole } from './text.js'

/** The text of `data`; or null where only the general way can answer, and what it need not do again. */
export type Outcome = { data: string } | { data: null; settled: Settled }

/**
 * Runs a compiled operation, on what a subscription's source gave. Whatever goes wrong is left to the general way, which says
 * it as the specification wants it.
 */
export async function run(
  schema: GraphQLSchema,
  { definition, fields, write }: CompiledOperation,
  context: unknown,
  given: Record<string, unknown>,
  source?: unknown,
): Promise<Outcome> {
  const settled = new Map<string, () => unknown>()
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], given)
  if (!coerced) return { data: null, settled }
  const execution: Execution = { context, variables: coerced, given: [], settled }
  const isMutation = definition.operation === OperationTypeNode.MUTATION
  try {
    return {
      data: isMutation ? await inTurn(fields, execution) : await whole(pieces(source, write, execution)),
    }
  } catch {
    return { data: null, settled }
  }
}

async function inTurn(fields: readonly WrittenField[], execution: Execution): Promise<string> {
  const texts: string[] = []
  for (const { key, resolve, write } of fields) {
    const value = await resolve(undefined, execution)
    texts.push(`"${key}":${await whole(pieces(value, write, execution))}`)
  }
  return `{${texts.join()}}`
}
