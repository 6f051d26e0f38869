import type { OpenAPIBackend, Operation } from 'openapi-backend'
import type { Call } from './call.js'
import { invalid } from './invalid.js'

/**
 * Checks calls by the validators that openapi-backend has compiled; its `validateRequest` parses each request anew, which
 * takes twenty times as long. Throws when an operation has a parameter of a kind that is not read here.
 */
export function validation(backend: OpenAPIBackend): (operation: Operation, call: Call) => void {
  const { validator } = backend
  for (const operation of backend.getOperations()) {
    const unread = (operation.parameters as Parameter[]).find(
      ({ in: place, schema }) => !['query', 'header'].includes(place) || schema?.type === 'array',
    )
    if (unread) throw new Error(`${operation.operationId} has a parameter that is not read: ${unread.name}.`)
  }
  return ({ operationId = '' }, { query, request, body }) => {
    // Copies: the validators convert what they are given.
    const given = {
      path: {},
      query: { ...query },
      header: { ...request.headers },
      cookie: {},
      requestBody: body,
    }
    const faults = validator.getRequestValidatorsForOperation(operationId).flatMap((validate) => {
      validate(given)
      return validate.errors ?? []
    })
    if (faults.length > 0) throw invalid(faults)
  }
}

/** Without references, which openapi-backend has resolved. */
interface Parameter {
  name: string
  in: string
  schema?: { type?: unknown }
}
