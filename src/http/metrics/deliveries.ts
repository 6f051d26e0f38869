import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { App } from '../../app.js'
import {
  countDeliveries,
  countedStates,
  countHeld,
  heldReasons,
  longestDue,
  receiverKinds,
} from '../../delivery/figures.js'

/** What this node sends, and what the database says at that moment of what is to be sent by all. */
export function deliveryMetrics(app: App, registry: Registry) {
  const registers = [registry]
  const attempts = new Counter({
    name: 'webhook_attempts_total',
    help: 'Attempts of this node to send a delivery, by what came of them.',
    labelNames: ['receiver', 'outcome'],
    registers,
  })
  const durations = new Histogram({
    name: 'webhook_attempt_duration_seconds',
    help: 'How long they took.',
    labelNames: ['receiver', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const delays = new Histogram({
    name: 'webhook_delivery_delay_seconds',
    help: 'From when a delivery was due, which is when it was made unless it is tried again or was queued, until this node took it.',
    labelNames: ['receiver'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
    registers,
  })
  app.attempted.add(({ receiver, outcome, durationMs, delayMs }) => {
    attempts.inc({ receiver, outcome })
    durations.observe({ receiver, outcome }, durationMs / 1_000)
    delays.observe({ receiver }, delayMs / 1_000)
  })

  new Gauge({
    name: 'webhook_deliveries',
    help: 'Deliveries that are not done, by state; the same on every node. None when unknown.',
    labelNames: ['receiver', 'state'],
    registers,
    async collect() {
      this.reset()
      const counts = await countDeliveries(app.db).catch(() => null)
      if (!counts) return
      for (const receiver of receiverKinds)
        for (const state of countedStates) this.set({ receiver, state }, 0)
      for (const { receiver, state, count } of counts) this.set({ receiver, state }, count)
    },
  })
  new Gauge({
    name: 'webhook_oldest_pending_seconds',
    help: 'How long the delivery that has been due longest has waited, but for receivers that are paused or have a fault; the same on every node. None when unknown.',
    labelNames: ['receiver'],
    registers,
    async collect() {
      this.reset()
      const longest = await longestDue(app.db, app.db.clock.now()).catch(() => null)
      if (!longest) return
      for (const receiver of receiverKinds) this.set({ receiver }, 0)
      for (const { receiver, seconds } of longest) this.set({ receiver }, seconds)
    },
  })
  new Gauge({
    name: 'webhook_receivers_held',
    help: 'Receivers that are not sent all that is due, by why; the same on every node. None when unknown.',
    labelNames: ['reason'],
    registers,
    async collect() {
      this.reset()
      const held = await countHeld(app.db, app.db.clock.now()).catch(() => null)
      if (!held) return
      for (const reason of heldReasons) this.set({ reason }, 0)
      for (const { reason, count } of held) this.set({ reason }, count)
    },
  })
}
