import type { ServerResponse } from 'node:http'
import type { App } from '../src/app.js'
import { bearerToken } from '../src/token/bearer.js'
import type { Call } from './call.js'
import { redacted, redactedPath } from './redacted.js'

/** As nginx counts such requests. */
const gaveUp = 499

/** Records a call of an integration once it is answered. */
export function recordCall(app: App, call: Call, response: ServerResponse): void {
  const startedAt = app.db.clock.now()
  const started = performance.now()
  response.once('close', async () => {
    const durationMs = Math.round(performance.now() - started)
    const isAnswered = response.writableFinished
    const status = isAnswered ? response.statusCode : gaveUp
    const { operation, integrationId, problem } = call.trace
    const caller = integrationId ?? (await strayCaller(app, call, status))
    if (!caller) return
    app.calls.record({
      integrationId: caller,
      operation: operation ? snakeCase(operation) : 'unknown',
      method: call.method,
      path: redactedPath(call.path),
      status,
      durationMs,
      startedAt,
      problem: isAnswered ? problem : 'The caller gave up before the answer',
      request: redacted(call),
    })
  })
}

/** Whose request it was that was answered before anybody asked: to an unknown path, too large, too many. */
async function strayCaller(app: App, { request }: Call, status: number): Promise<string | null> {
  const token = bearerToken(request.headers.authorization)
  if (!token || status === 401) return null
  const actor = await app.principals(token).catch(() => null)
  return actor?.kind === 'INTEGRATION' ? actor.integrationId : null
}

/** As Fin's documentation names it. */
function snakeCase(operationId: string): string {
  return operationId.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
