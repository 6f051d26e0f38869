import { type GraphQLSchema, getVariableValues, OperationTypeNode } from 'graphql'
import type { CompiledOperation } from './compile.js'
import type { Execution, WrittenField } from './write.js'

/** What a mutation's fields gave before the short way gave up, by their names in the result: they may not run again. */
export type Settled = ReadonlyMap<string, () => unknown>

/** The text of `data`; or null, with what has been done already, where only the general way can answer. */
export type Outcome = { data: string } | { data: null; settled: Settled }

const nothing: Settled = new Map()

/** Runs a compiled operation. Whatever goes wrong is left to the general way, which says it as the specification wants it. */
export async function run(
  schema: GraphQLSchema,
  { definition, fields, write }: CompiledOperation,
  context: unknown,
  given: Record<string, unknown>,
): Promise<Outcome> {
  const { coerced } = getVariableValues(schema, definition.variableDefinitions ?? [], given)
  if (!coerced) return { data: null, settled: nothing }
  const execution: Execution = { context, variables: coerced, given: [] }
  if (definition.operation === OperationTypeNode.MUTATION) return inTurn(fields, execution)
  try {
    return { data: await write(undefined, execution) }
  } catch {
    return { data: null, settled: nothing }
  }
}

async function inTurn(fields: readonly WrittenField[], execution: Execution): Promise<Outcome> {
  const settled = new Map<string, () => unknown>()
  const texts: string[] = []
  for (const { key, resolve, write } of fields) {
    try {
      const value = await resolve(undefined, execution)
      settled.set(key, () => value)
      texts.push(`"${key}":${await write(value, execution)}`)
    } catch (error) {
      if (!settled.has(key)) {
        settled.set(key, () => {
          throw error
        })
      }
      return { data: null, settled }
    }
  }
  return { data: `{${texts.join()}}` }
}
