import { type Request, Router } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { App } from '../app.js'
import { statement } from '../database/statement.js'
import { eventLogLag } from '../events/lag.js'
import { agentBehind } from './bearer.js'
import type { Drain } from './drain.js'

/** From which lag on `/readyz` names the writer that may cause it, in seconds. */
const longLag = 10

/** For those who run it: `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (loopback or an admin's token). */
export function operations(app: App, drain: Drain): { router: Router; stop(): void } {
  const router = Router()
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'event_log_position',
    help: 'The last position of the event log that this node has handed out.',
    registers: [registry],
    collect() {
      this.set(app.tail.position)
    },
  })

  const lag = eventLogLag(app.db)
  new Gauge({
    name: 'event_log_lag_seconds',
    help: 'How long the event that has waited longest for its place in the log has waited; NaN when unknown.',
    registers: [registry],
    async collect() {
      const { seconds } = await lag().catch(() => ({ seconds: Number.NaN }))
      this.set(seconds)
    },
  })

  const labels = ['operation', 'status'] as const
  const finCalls = new Counter({
    name: 'fin_api_calls_total',
    help: 'Requests of integrations to the Fin API, by operation and class of status.',
    labelNames: labels,
    registers: [registry],
  })
  const finDurations = new Histogram({
    name: 'fin_api_call_duration_seconds',
    help: 'How long they took.',
    labelNames: labels,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  app.calls.recorded.add(({ operation, status, durationMs }) => {
    const of = { operation, status: `${Math.floor(status / 100)}xx` }
    finCalls.inc(of)
    finDurations.observe(of, durationMs / 1_000)
  })

  if (app.replica) {
    const reads = new Counter({
      name: 'graphql_reads_total',
      help: 'Reads that the replica could answer, by who did: the replica, or the primary instead.',
      labelNames: ['from'],
      registers: [registry],
    })
    app.replica.answered.add((from) => reads.inc({ from }))
  }

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
