import { Gauge, type Registry } from 'prom-client'
import type { App } from '../../app.js'
import type { EventLogLag } from '../../events/lag.js'

/** How far this node has come in the event log, and how late the log is. */
export function eventLogMetrics(app: App, registry: Registry, lag: () => Promise<EventLogLag>) {
  new Gauge({
    name: 'event_log_position',
    help: 'The last position of the event log that this node has handed out.',
    registers: [registry],
    collect() {
      this.set(app.tail.position)
    },
  })
  new Gauge({
    name: 'event_log_lag_seconds',
    help: 'How long the event that has waited longest for its place in the log has waited; NaN when unknown.',
    registers: [registry],
    async collect() {
      const { seconds } = await lag().catch(() => ({ seconds: Number.NaN }))
      this.set(seconds)
    },
  })
}
