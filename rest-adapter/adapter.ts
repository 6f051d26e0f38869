import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { App } from '../src/app.js'
import { openBackend } from './backend.js'
import { readBody } from './body.js'
import { callOf, recordCalls } from './callLog.js'
import { readContract, servedContract } from './contract.js'
import { docs } from './docs.js'
import { problemOf, type Report } from './faults.js'
import { type Answer, handlerOf } from './handler.js'
import { operations } from './operations.js'
import { Problem } from './problem.js'
import { type Execute, prepare } from './run.js'
import { integrationBehind } from './security.js'
import type { Variant } from './variant.js'
import { postsVariant } from './variantPosts.js'
import { restVariant } from './variantRest.js'

export interface FinApiOptions {
  report: Report
  /** Runs before anything is read; hands a Problem on, such as `tooManyRequests`, to refuse. */
  limit?: RequestHandler
}

/**
 * The Fin API, both variants side by side, to be mounted at /api/fin. Rejects when a contract or a GraphQL document
 * does not fit.
 */
export async function finApi(app: App, execute: Execute, { report, limit }: FinApiOptions): Promise<Router> {
  const handlers = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      handlerOf(operation, prepare(name, operation, execute)),
    ]),
  )
  const identify = (request: Request) => integrationBehind(app, request)
  const open = async (variant: Variant) => {
    const contract = readContract(variant.contract)
    return { variant, contract, backend: await openBackend(contract, { handlers, identify }) }
  }
  const rest = await open(restVariant)
  const posts = await open(postsVariant)
  const postsPaths = new Set(Object.keys(posts.contract.paths))
  const sideOf = ({ path }: Request) => (postsPaths.has(path.replace(/\/+$/, '')) ? posts : rest)

  const router = Router()
  for (const { variant, contract } of [rest, posts]) {
    router
      .route(variant.address)
      .get((_, response) => {
        response.json(servedContract(contract, app.publicUrl()))
      })
      .all(() => {
        throw new Problem(405, 'This path is only to be read.', { headers: { Allow: 'GET' } })
      })
  }
  router.use('/docs', docs([postsVariant, restVariant]))
  router.use(recordCalls(app))
  if (limit) router.use(limit)
  router.use(readBody)
  router.use(async (request, response) => {
    const { variant, backend } = sideOf(request)
    const { method, headers, query, baseUrl, path } = request
    const routed = { method, headers, query, path: baseUrl + path, body: undefined } as never
    const answer: Answer = await backend.handleRequest(routed, { request, routed, actor: null })
    response.status(answer.created ? 201 : 200).set('Cache-Control', 'no-store')
    response.json(variant.success(answer.value, answer.created))
  })
  router.use(((error, request, response, next) => {
    if (response.headersSent) return next(error)
    const { variant } = sideOf(request)
    const problem = problemOf(error, report)
    callOf(request).problem = problem.message
    response.status(problem.status).set({ 'Cache-Control': 'no-store', ...problem.extras.headers })
    response.type(variant.failureType).send(JSON.stringify(variant.failure(problem.details)))
  }) satisfies ErrorRequestHandler)
  return router
}
