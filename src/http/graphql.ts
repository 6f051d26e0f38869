import type { IncomingMessage, ServerResponse } from 'node:http'
import { schema } from '../../schema/schema.js'
import type { App } from '../app.js'
import { OverloadedError } from '../errors.js'
import { UnreadableBody } from '../request/body.js'
import { agentBehind } from './bearer.js'
import type { Carried, HttpExchange } from './exchange.js'
import type { Api } from './front.js'
import { isJson, readJson } from './graphqlBody.js'
import { type Limit, tooMany } from './rateLimit.js'
import { shortWay } from './shortWay.js'
import { graphqlFault, isTooDeep, type Report, tooDeep } from './shownErrors.js'
import type { Yoga } from './yoga.js'

export interface GraphqlOptions {
  yoga: Yoga
  limit: Limit
  report: Report
}

/** GraphQL over HTTP and SSE. */
export function graphqlApi(app: App, { yoga, limit, report }: GraphqlOptions): Api {
  const short = shortWay(app, schema)

  async function answer(exchange: HttpExchange): Promise<void> {
    const { request, response } = exchange
    const { wait, isNoGuess } = await limit(request, response)
    if (wait !== null) return graphqlFault(response, 429, 'RATE_LIMITED', tooMany(wait))
    if (request.method === 'POST') {
      if (!isJson(request)) return graphqlFault(response, 415, 'UNSUPPORTED_MEDIA_TYPE', notJson)
      request.body = await readJson(request)
    }
    const caller = await agentBehind(app, request.headers.authorization)
    if (caller === 'refused') {
      response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
      return graphqlFault(response, 401, 'UNAUTHENTICATED', badToken)
    }
    isNoGuess()
    exchange.caller = caller
    if (await short.answers(exchange)) return
    const carried: Carried = { exchange }
    await yoga(request, response, carried)
  }

  return {
    owns: (path) => /^\/graphql(\/|$)/i.test(path),
    answer(request: IncomingMessage, response: ServerResponse) {
      answer({ request, response }).catch((error: unknown) => refuse(response, error, report))
    },
  }
}

function refuse(response: ServerResponse, error: unknown, report: Report): void {
  if (error instanceof UnreadableBody && error.status === 413) {
    graphqlFault(response, 413, 'TOO_LARGE', tooLarge)
  } else if (error instanceof UnreadableBody) {
    graphqlFault(response, error.status, 'BAD_REQUEST', 'The body is not readable JSON.')
  } else if (isTooDeep(error)) {
    graphqlFault(response, 400, 'BAD_REQUEST', tooDeep().message)
  } else if (error instanceof OverloadedError) {
    response.setHeader('Retry-After', '1')
    graphqlFault(response, 503, error.code, error.message)
  } else {
    report(error as Error)
    graphqlFault(response, 500, 'INTERNAL', 'Unexpected error')
  }
}

const notJson = 'Send JSON with `Content-Type: application/json`.'
const badToken = 'This token is unknown, expired or revoked, or lacks the scope READ. Sign in again.'
const tooLarge = 'A request has at most 1 MB. Send less at once.'
