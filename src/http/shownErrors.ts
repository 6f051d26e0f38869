import type { ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import { ExpectedError, OverloadedError, ValidationError } from '../errors.js'
import { newId } from '../ids.js'

/** Logs a fault once, with the id that the client is shown. */
export type Report = (error: Error, requestId?: string) => void

/**
 * What a client sees of an error: its own mistakes and expected failures as they are, with a code; of everything else
 * only an id, under which it is logged.
 */
export function shownErrors(report: Report): (error: unknown) => Error {
  return (error) => {
    const cause = error instanceof GraphQLError ? error.originalError : error
    if (error instanceof GraphQLError && (!cause || cause instanceof GraphQLError)) return error
    if (cause instanceof ExpectedError) return expected(cause, error)
    if (isTooDeep(cause)) return tooDeep()
    const requestId = newId()
    report(cause instanceof Error ? cause : new Error(String(cause)), requestId)
    return new GraphQLError(`Unexpected error. Ask the operator about ${requestId}.`, {
      ...place(error),
      extensions: { code: 'INTERNAL', requestId, http: { status: 500 } },
    })
  }
}

function expected(cause: ExpectedError, error: unknown): GraphQLError {
  return new GraphQLError(cause.message, {
    ...place(error),
    extensions: {
      code: cause.code,
      ...(cause instanceof ValidationError && { field: cause.field }),
      ...(cause instanceof OverloadedError && { http: { status: 503, headers: { 'Retry-After': '1' } } }),
    },
  })
}

/**
 * Whether a request is nested so deep that the stack ends. Only parsing, checking and reading variables go as deep as a
 * client says; whatever else would is a fault that this hides.
 */
export function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded'
}

export function tooDeep(): GraphQLError {
  return new GraphQLError('The request is nested too deep.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  })
}

function place(error: unknown) {
  return error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {}
}

/** An answer in GraphQL's form to a request that never reached GraphQL. */
export function graphqlFault(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) return
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] })
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  }
  response.writeHead(status, headers).end(body)
}
