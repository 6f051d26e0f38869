import { type DocumentNode, type ExecutionResult, parse, validate } from 'graphql'
import { schema } from '../schema/schema.js'
import type { IntegrationActor } from '../src/actor.js'
import type { FinRequest, Operation, Variables } from './operation.js'
import { type Refusal, refusalProblem } from './refusal.js'

/** Executes a document on the schema, in process. */
export type Execute = (
  actor: IntegrationActor,
  document: DocumentNode,
  variables: Variables,
) => Promise<ExecutionResult>

/** Runs one operation; throws a Problem, or whatever unexpected happened. */
export type Run = (actor: IntegrationActor, request: FinRequest) => Promise<unknown>

/** Prepares an operation. Throws when its document does not fit the schema. */
export function prepare(name: string, operation: Operation, execute: Execute): Run {
  const document = parse(operation.document)
  const [fault] = validate(schema, document)
  if (fault) throw new Error(`The document of ${name} does not fit the schema: ${fault.message}`)

  async function once(actor: IntegrationActor, variables: Variables): Promise<object> {
    const { data, errors } = await execute(actor, document, variables)
    if (errors?.[0]) throw errors[0].originalError ?? errors[0]
    if (!data) throw new Error(`${name} gave no data.`)
    const refusal = data.result as Refusal | undefined
    if (refusal?.code) throw refusalProblem(refusal, operation.restField) ?? new Error(refusal.reason)
    return data
  }

  return async (actor, request) => {
    const first = await once(actor, operation.variables(request))
    const pages = [first]
    for (let last = first; ; pages.push(last)) {
      const variables = operation.next?.(last, request)
      if (!variables) return operation.respond(first, request, pages)
      last = await once(actor, variables)
    }
  }
}
