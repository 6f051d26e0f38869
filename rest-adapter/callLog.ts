import type { Request, RequestHandler } from 'express'
import type { App } from '../src/app.js'
import { redacted } from './redacted.js'

/** What becomes known of a request on its way, for the integration's own record of its calls. */
export interface CallTrace {
  integrationId: string | null
  /** The operationId. */
  operation: string | null
  /** What the caller was told was wrong. */
  problem: string | null
}

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
    response.once('close', () => {
      const { integrationId, operation, problem } = callOf(request)
      if (!integrationId) return
      app.calls.record({
        integrationId,
        operation: operation ? snakeCase(operation) : 'unknown',
        method: request.method,
        path: request.baseUrl + request.path,
        status: response.statusCode,
        durationMs: Math.round(performance.now() - started),
        startedAt,
        problem,
        request: redacted(request),
      })
    })
    next()
  }
}

/** As Fin's documentation names it. */
function snakeCase(operationId: string): string {
  return operationId.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
