import { Counter, type Registry } from 'prom-client'
import type { App } from '../../app.js'

/** Who answers what the replica could, where there is one. */
export function replicaReadMetrics({ replica }: App, registry: Registry) {
  if (!replica) return
  const reads = new Counter({
    name: 'graphql_reads_total',
    help: 'Reads that the replica could answer, by who did: the replica, or the primary instead.',
    labelNames: ['from'],
    registers: [registry],
  })
  replica.answered.add((from) => reads.inc({ from }))
}
