import { type Request, Router } from 'express'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { App } from '../app.js'
import { statement } from '../database/statement.js'
import { agentBehind } from './bearer.js'

/** For those who run it: `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (loopback or an admin's token). */
export function operations(app: App): { router: Router; stop(): void } {
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

  router.get('/healthz', (_, response) => {
    response.json({ status: 'ok' })
  })

  router.get('/readyz', async (_, response) => {
    const ready = await app.db.query(ping, []).then(
      () => true,
      () => false,
    )
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'the database does not answer' })
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
