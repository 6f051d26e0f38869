import { type Request, Router } from 'express'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { App } from '../app.js'
import { statement } from '../database/statement.js'
import { eventLogLag } from '../events/lag.js'
import { agentBehind } from './bearer.js'
import type { Drain } from './drain.js'
import { deliveryMetrics } from './metrics/deliveries.js'
import { eventLogMetrics } from './metrics/eventLog.js'
import { finCallMetrics } from './metrics/finCalls.js'
import { replicaReadMetrics } from './metrics/replicaReads.js'

/** From which lag on `/readyz` names the writer that may cause it, in seconds. */
const longLag = 10

/** For those who run it: `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (loopback or an admin's token). */
export function operations(app: App, drain: Drain): { router: Router; stop(): void } {
  const router = Router()
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const lag = eventLogLag(app.db)
  eventLogMetrics(app, registry, lag)
  finCallMetrics(app, registry)
  deliveryMetrics(app, registry)
  replicaReadMetrics(app, registry)

  router.get('/healthz', (_, response) => {
    response.json({ status: 'ok' })
  })

  router.get('/readyz', async (_, response) => {
    const ready = await app.db.query(ping, []).then(
      () => true,
      () => false,
    )
    const status = !ready ? 'the database does not answer' : drain.isDraining() ? 'stopping' : 'ready'
    // A lag is no reason to send requests elsewhere: each node has the same.
    const unknown = { seconds: null, writerPid: null }
    const { seconds, writerPid } = ready ? await lag().catch(() => unknown) : unknown
    response.status(status === 'ready' ? 200 : 503).json({
      status,
      event_log_lag_seconds: seconds,
      stuck_writer_pid: seconds !== null && seconds > longLag ? writerPid : null,
    })
  })

  router.get('/metrics', async (request, response) => {
    const caller = await agentBehind(app, request.headers.authorization)
    const admin =
      caller && caller !== 'refused' && caller.actor.kind === 'AGENT' && caller.actor.role === 'ADMIN'
    if (!admin && !fromHere(request)) {
      response.status(401).setHeader('WWW-Authenticate', 'Bearer').end()
      return
    }
    response.type(registry.contentType).send(await registry.metrics())
  })

  return { router, stop: () => registry.clear() }
}

/** From this machine itself, and not through a proxy that runs on it. */
function fromHere({ socket, headers }: Request): boolean {
  const forwarded = headers['x-forwarded-for'] ?? headers.forwarded
  return !forwarded && /^(::1|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '')
}

const ping = statement('ready', 'select 1')
