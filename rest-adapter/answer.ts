import type { ServerResponse } from 'node:http'
import type { Answer } from './handler.js'
import type { Problem } from './problem.js'
import type { Variant } from './variant.js'

export function answerWith(response: ServerResponse, variant: Variant, { value, created }: Answer): void {
  send(
    response,
    created ? 201 : 200,
    { 'content-type': typeOf('application/json') },
    variant.success(value, created),
  )
}

export function refuseWith(response: ServerResponse, variant: Variant, problem: Problem): void {
  const headers = { 'content-type': typeOf(variant.failureType), ...problem.extras.headers }
  send(response, problem.status, headers, variant.failure(problem.details))
}

const typeOf = (type: string) => `${type}; charset=utf-8`

function send(response: ServerResponse, status: number, headers: Record<string, string>, value: unknown) {
  const body = Buffer.from(JSON.stringify(value))
  const ours = { 'cache-control': 'no-store', 'content-length': body.length }
  response.writeHead(status, { ...ours, ...headers }).end(body)
}
