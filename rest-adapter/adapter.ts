import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Router } from 'express'
import type { App } from '../src/app.js'
import { readBody } from '../src/request/body.js'
import { answerWith, refuseWith } from './answer.js'
import { openBackend } from './backend.js'
import { type Call, callOf } from './call.js'
import { recordCall } from './callLog.js'
import { readContract } from './contract.js'
import { problemOf, type Report } from './faults.js'
import { handlerOf } from './handler.js'
import { operations } from './operations.js'
import { isPage, pages } from './pages.js'
import { tooManyRequests } from './problem.js'
import { type Execute, prepare } from './run.js'
import { integrationBehind } from './security.js'
import type { Variant } from './variant.js'
import { postsVariant } from './variantPosts.js'
import { restVariant } from './variantRest.js'

export interface FinApiOptions {
  report: Report
  /** Runs before anything is read. */
  limit: (request: IncomingMessage, response: ServerResponse) => Promise<Limited>
  /** Where a request came from. */
  addressOf: (request: IncomingMessage) => string
}

export interface Limited {
  /** The seconds to wait when a request came too early; else null. */
  wait: number | null
  /** Called once its caller is known. */
  isNoGuess(): void
}

export interface FinApi {
  owns(path: string): boolean
  answer(request: IncomingMessage, response: ServerResponse): void
  /** What is only to be read, to be mounted at /api/fin. */
  pages: Router
}

/** The Fin API, both variants side by side. Rejects when a contract or a GraphQL document does not fit. */
export async function finApi(app: App, execute: Execute, options: FinApiOptions): Promise<FinApi> {
  const { report, limit, addressOf } = options
  const handlers = Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      handlerOf(operation, prepare(name, operation, execute)),
    ]),
  )
  const identify = (call: Call) => integrationBehind(app, call, addressOf)
  const open = async (variant: Variant) => {
    const contract = readContract(variant.contract)
    return { variant, contract, operate: await openBackend(contract, { handlers, identify }) }
  }
  const rest = await open(restVariant)
  const posts = await open(postsVariant)
  const postsPaths = new Set(Object.keys(posts.contract.paths).map((path) => `/api/fin${path}`))
  const sideOf = ({ path }: Call) => (postsPaths.has(path.replace(/\/+$/, '')) ? posts : rest)

  async function answer(call: Call, response: ServerResponse) {
    const { variant, operate } = sideOf(call)
    recordCall(app, call, response)
    try {
      const { wait, isNoGuess } = await limit(call.request, response)
      if (wait !== null) throw tooManyRequests(wait)
      call.bytes = await readBody(call.request)
      answerWith(response, variant, await operate(call, isNoGuess))
    } catch (error) {
      const problem = problemOf(error, report)
      call.trace.problem = problem.message
      refuseWith(response, variant, problem)
    }
  }

  return {
    owns: (path) => /^\/api\/fin(\/|$)/i.test(path) && !isPage(path),
    answer: (request, response) => void answer(callOf(request), response),
    pages: pages([rest, posts], { publicUrl: app.publicUrl, report }),
  }
}
