import { Counter, Histogram, type Registry } from 'prom-client'
import type { App } from '../../app.js'

/** What integrations call, on this node. */
export function finCallMetrics(app: App, registry: Registry) {
  const labels = ['operation', 'status'] as const
  const calls = new Counter({
    name: 'fin_api_calls_total',
    help: 'Requests of integrations to the Fin API, by operation and class of status.',
    labelNames: labels,
    registers: [registry],
  })
  const durations = new Histogram({
    name: 'fin_api_call_duration_seconds',
    help: 'How long they took.',
    labelNames: labels,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  })
  app.calls.recorded.add(({ operation, status, durationMs }) => {
    const of = { operation, status: `${Math.floor(status / 100)}xx` }
    calls.inc(of)
    durations.observe(of, durationMs / 1_000)
  })
}
