import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit'
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import express, { type Request, type Response, Router } from 'express'
import { createYoga, type Plugin } from 'graphql-yoga'
import { contextFor } from '../../schema/context.js'
import { limitOptions } from '../../schema/limits.js'
import { schema } from '../../schema/schema.js'
import type { App } from '../app.js'
import { OverloadedError } from '../errors.js'
import type { Settled } from '../execution/write.js'
import { agentBehind, type Caller } from './bearer.js'
import { renderGraphiql } from './graphiql.js'
import { readAfter } from './readAfter.js'
import type { Rechecks } from './rechecks.js'
import type { Sharing } from './sharing/share.js'
import { shortWay } from './shortWay.js'
import { graphqlFault, type Report, shownErrors } from './shownErrors.js'
import { sharedSse } from './sse.js'

export interface GraphqlOptions {
  corsOrigins: readonly string[]
  sharing: Sharing
  rechecks: Rechecks
  report: Report
}

interface ServerContext {
  req: Request
  res: Response
}

/** Where a socket leaves its caller for the context. */
export interface SocketContext {
  caller?: Caller
}

/** What the steps of a request leave to each other. */
interface Locals {
  caller?: Caller
  settled?: Settled
}

export type Yoga = ReturnType<typeof graphqlApi>['yoga']

/** GraphQL over HTTP and SSE, and the engine that the sockets share. */
export function graphqlApi(app: App, options: GraphqlOptions) {
  const short = shortWay(app, schema)
  const yoga = createYoga<ServerContext & SocketContext>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    batching: false,
    logging: false,
    graphiql: { title: 'Graphdesk' },
    renderGraphiQL: renderGraphiql,
    cors: options.corsOrigins.length > 0 ? { origin: [...options.corsOrigins], credentials: false } : false,
    maskedErrors: { maskError: shownErrors(options.report), errorMessage: 'Unexpected error' },
    context: (initial) => {
      const { caller, settled } = { caller: initial.caller, ...initial.res?.locals } as Locals
      Object.assign(contextFor(app, caller?.actor ?? null, caller?.again, initial), { settled })
      return {}
    },
    plugins: [...armor(), readAfter(app), wholeEvents, sharedSse(options), short.plugin],
  })
  return {
    yoga,
    router: router(
      app,
      [short.handler, (request, response) => yoga(request, response, { req: request, res: response })],
      options.report,
    ),
  }
}

/**
 * A stream ends with the error when it could not show an event whole: the client resumes after its last cursor and
 * gets it again. Shown with nulls, it would be taken for seen.
 */
const wholeEvents: Plugin = {
  onSubscribe: () => ({
    onSubscribeResult: () => ({
      onNext: ({ result }) => {
        const [fault] = ('errors' in result && result.errors) || []
        if (fault) throw fault
      },
    }),
  }),
}

function armor(): Plugin[] {
  const { tokens, depth, aliases, cost } = limitOptions
  return [
    maxTokensPlugin(tokens),
    maxDepthPlugin(depth),
    maxAliasesPlugin(aliases),
    costLimitPlugin(cost),
  ] as Plugin[]
}

function router(app: App, serve: express.RequestHandler[], report: Report): Router {
  const api = Router()
  // A form or plain text can be sent from a foreign page without asking; JSON cannot.
  api.post('/', (request, response, next) => {
    if (request.is('json') || request.is('application/graphql+json')) return next()
    graphqlFault(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'Send JSON with `Content-Type: application/json`.')
  })
  api.use(express.json({ limit: '1mb', type: ['json', 'application/graphql+json'] }))
  api.use(async (request, response, next) => {
    const caller = await agentBehind(app, request.headers.authorization)
    if (caller === 'refused') {
      response.setHeader('WWW-Authenticate', 'Bearer error="invalid_token"')
      return graphqlFault(
        response,
        401,
        'UNAUTHENTICATED',
        'This token is unknown, expired or revoked. Sign in again.',
      )
    }
    response.locals.caller = caller
    next()
  })
  api.use(...serve)
  api.use(((
    error: { status?: number; type?: string },
    _request: Request,
    response: Response,
    _next: unknown,
  ) => {
    if (error.type === 'entity.too.large') {
      return graphqlFault(response, 413, 'TOO_LARGE', 'A request has at most 1 MB. Send less at once.')
    }
    if (error.status && error.status < 500) {
      return graphqlFault(response, error.status, 'BAD_REQUEST', 'The body is not readable JSON.')
    }
    if (error instanceof OverloadedError) {
      response.setHeader('Retry-After', '1')
      return graphqlFault(response, 503, error.code, error.message)
    }
    report(error as Error)
    graphqlFault(response, 500, 'INTERNAL', 'Unexpected error')
  }) as express.ErrorRequestHandler)
  return api
}
