import type { App } from './app.js'
import { sumUpCounts } from './conversation/total.js'
import { wakeConversations } from './conversation/wake.js'
import { forgetOldDeliveries } from './delivery/forget.js'
import { expireFeed } from './events/retention.js'
import { forgetUploads } from './file/forget.js'
import { forgetHeldReplies } from './heldReply/forget.js'
import { sendHeldReplies } from './heldReply/send.js'
import { forgetOldKeys } from './idempotency/forget.js'
import { forgetOldCalls } from './integration/forget.js'
import { forgetLate } from './message/forgetLate.js'

export interface TimerOptions {
  eventRetentionDays?: number
  deliveryRetentionDays?: number
  report: (error: Error) => void
}

/** In ms. */
const second = 1_000
const hour = 60 * 60 * second

/** What happens by itself when its time comes. Every node runs them; what they do is done once. */
export function startTimers(
  app: App,
  { eventRetentionDays, deliveryRetentionDays, report }: TimerOptions,
): { stop(): Promise<void> } {
  const timers = [
    every(second, () => wakeConversations(app.db)),
    every(second, () => sendHeldReplies(app.db)),
    every(10 * second, () => forgetLate(app.db)),
    every(10 * second, () => sumUpCounts(app.db)),
    every(hour, () => forgetOldKeys(app.db)),
    every(hour, () => forgetOldCalls(app.db)),
    every(hour, () => forgetUploads(app.db, app.files)),
    every(hour, () => forgetHeldReplies(app.db)),
  ]
  if (eventRetentionDays) timers.push(every(hour, () => expireFeed(app.db, eventRetentionDays)))
  if (deliveryRetentionDays) {
    timers.push(every(hour, () => forgetOldDeliveries(app.db, deliveryRetentionDays)))
  }

  function every(interval: number, work: () => Promise<unknown>) {
    let running: Promise<unknown> | null = null
    const timer = setInterval(() => {
      running ??= work()
        .catch(report)
        .finally(() => {
          running = null
        })
    }, interval)
    return async () => {
      clearInterval(timer)
      await running
    }
  }

  return {
    async stop() {
      await Promise.all(timers.map((stop) => stop()))
    },
  }
}
