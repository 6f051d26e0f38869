import type { App } from '../app.js'
import { startDeliveries } from './deliver.js'
import { type Subscribe, startFinListener } from './finListener.js'
import { moveIdleListeners } from './idle.js'
import { actorOf, type Connected, connectedIntegrations } from './integrations.js'
import { oneAtATime } from './oneAtATime.js'
import { openReceivers } from './receivers.js'
import { endClaims } from './requeue.js'
import { startTyping } from './typing.js'

export interface WebhookOptions {
  subscribe: Subscribe
  /** Whether webhooks may go to addresses that are not public, and there over http. */
  allowPrivate: boolean
  /** No other node works on this database: what a killed one was sending is sent again at once. */
  alone?: boolean
  /** Faults in the background; each is tried again by itself. */
  report: (error: Error) => void
}

export interface Webhooks {
  /** Looks at once for integrations and deliveries; by itself it looks every second. */
  wake(): void
  /** Finishes what is under way, for at most 10 s. Must come before the database closes. */
  stop(): Promise<void>
}

/** How late a new integration, a retry that is due or a change made by another node can be noticed, in ms. */
const pollInterval = 1_000
/** How often listeners that hear nothing are moved on, in ms. */
const idleInterval = 60_000

/** Carries what happens outwards: a listener for each integration, the deliveries they store, and typing. */
export async function startWebhooks(app: App, options: WebhookOptions): Promise<Webhooks> {
  const { subscribe, report } = options
  if (options.alone) await endClaims(app.db)
  const receivers = openReceivers(options.allowPrivate)
  const listeners = new Map<string, { seesNotes: boolean; stop(): Promise<void> }>()
  let connected: readonly Connected[] = []
  let stopped = false

  const common = { receivers, connected: () => connected, report }
  const deliveries = startDeliveries(app, common)
  const typing = startTyping(app, common)

  const looking = oneAtATime(async () => {
    if (stopped) return
    connected = await connectedIntegrations(app.db)
    receivers.keepOnly(new Set(connected.map(({ webhookBaseUrl }) => new URL(webhookBaseUrl).origin)))
    for (const [id, listener] of listeners) {
      const now = connected.find(({ integrationId }) => integrationId === id)
      if (now?.seesNotes === listener.seesNotes) continue
      listeners.delete(id)
      await listener.stop()
    }
    for (const integration of connected) listen(integration)
    deliveries.wake()
  }, report)

  function listen(integration: Connected) {
    const { integrationId, seesNotes } = integration
    if (listeners.has(integrationId)) return
    const actor = actorOf(integration)
    const listener = startFinListener(app, { actor, subscribe, stored: deliveries.wake, report })
    listeners.set(integrationId, { seesNotes, stop: listener.stop })
  }

  const idling = oneAtATime(() => moveIdleListeners(app.db, app.log), report)
  const timers = [setInterval(looking.wake, pollInterval), setInterval(idling.wake, idleInterval)]
  looking.wake()
  await looking.idle()

  return {
    wake: looking.wake,
    async stop() {
      stopped = true
      for (const timer of timers) clearInterval(timer)
      const typed = typing.stop()
      await Promise.all([looking.idle(), idling.idle()])
      await Promise.all([...listeners.values()].map((listener) => listener.stop()))
      await deliveries.stop()
      await typed
    },
  }
}
