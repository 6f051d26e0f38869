import type { Request, RequestHandler } from 'express'
import type { App } from '../src/app.js'
import { bearerToken } from '../src/token/bearer.js'
import { redacted, redactedPath } from './redacted.js'

/** What becomes known of a request on its way, for the integration's own record of its calls. */
export interface CallTrace {
  integrationId: string | null
  /** The operationId. */
  operation: string | null
  /** What the caller was told was wrong. */
  problem: string | null
}

/** As nginx counts such requests. */
const gaveUp = 499

const traces = new WeakMap<Request, CallTrace>()

/** To be filled in by whoever gets to know. */
export function callOf(request: Request): CallTrace {
  const trace = traces.get(request) ?? { integrationId: null, operation: null, problem: null }
  traces.set(request, trace)
  return trace
}

/** Records each request of an integration once it is answered. */
export function recordCalls(app: App): RequestHandler {
  return (request, response, next) => {
    const startedAt = app.db.clock.now()
    const started = performance.now()
    response.once('close', async () => {
      const durationMs = Math.round(performance.now() - started)
      const isAnswered = response.writableFinished
      const status = isAnswered ? response.statusCode : gaveUp
      const { operation, integrationId, ...trace } = callOf(request)
      const problem = isAnswered ? trace.problem : 'The caller gave up before the answer'
      const caller = integrationId ?? (await strayCaller(app, request, status))
      if (!caller) return
      app.calls.record({
        integrationId: caller,
        operation: operation ? snakeCase(operation) : 'unknown',
        method: request.method,
        path: redactedPath(request),
        status,
        durationMs,
        startedAt,
        problem,
        request: redacted(request),
      })
    })
    next()
  }
}

/** Whose request it was that was answered before anybody asked: to an unknown path, too large, too many. */
async function strayCaller(app: App, request: Request, status: number): Promise<string | null> {
  const token = bearerToken(request.headers.authorization)
  if (!token || status === 401) return null
  const actor = await app.principals(token).catch(() => null)
  return actor?.kind === 'INTEGRATION' ? actor.integrationId : null
}

/** As Fin's documentation names it. */
function snakeCase(operationId: string): string {
  return operationId.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
