import type { App } from '../app.js'
import { type Connected, type ConnectedFin, connections } from './connected.js'
import { finHearing } from './listeners/finHearing.js'
import { startListener } from './listeners/listener.js'
import { type Documents, webhookHearing } from './listeners/webhookHearing.js'
import { oneAtATime } from './oneAtATime.js'
import { openReceivers } from './receivers.js'
import { startDeliveries } from './sending/deliver.js'
import { endClaims } from './sending/requeue.js'
import { startTyping } from './typing.js'

export interface WebhookOptions {
  documents: Documents
  /** Whether webhooks may go to addresses that are not public, and there over http. */
  allowPrivate: boolean
  /** No other node works on this database: what a killed one was sending is sent again at once. */
  alone?: boolean
  /** How long a listener hears nothing before its place is moved on all the same, in ms. */
  idleAfter?: number
  /** Faults in the background; each is tried again by itself. */
  report: (error: Error) => void
}

export interface Webhooks {
  /** Looks at once for receivers and deliveries; by itself it looks every second. */
  wake(): void
  /** Finishes what is under way, for at most 10 s. Must come before the database closes. */
  stop(): Promise<void>
}

/** How late a new receiver, a retry that is due or a change made by another node can be noticed, in ms. */
const pollInterval = 1_000

/** Carries what happens outwards: a listener for each integration and webhook, the deliveries they store, and typing. */
export async function startWebhooks(app: App, options: WebhookOptions): Promise<Webhooks> {
  const { documents, report, idleAfter } = options
  if (options.alone) await endClaims(app.db)
  const receivers = openReceivers(options.allowPrivate)
  const listeners = new Map<string, { manner: string; stop(): Promise<void> }>()
  let connected: readonly Connected[] = []
  let stopped = false

  const deliveries = startDeliveries(app, { receivers, connected: () => connected, report })
  const integrations = () => connected.filter((one): one is ConnectedFin => one.kind === 'FIN')
  const typing = startTyping(app, { receivers, integrations, report })

  const looking = oneAtATime(async () => {
    if (stopped) return
    connected = await connections(app.db)
    const present = new Map(connected.map((one) => [one.listenerId, one]))
    receivers.keepOnly(new Set(present.keys()))
    for (const [id, listener] of listeners) {
      const now = present.get(id)
      if (now && mannerOf(now) === listener.manner) continue
      listeners.delete(id)
      await listener.stop()
    }
    for (const one of connected) listen(one)
    deliveries.wake()
  }, report)

  function listen(one: Connected) {
    if (listeners.has(one.listenerId)) return
    const hearing =
      one.kind === 'FIN' ? finHearing(one, documents.follow) : webhookHearing(app, one, documents)
    const reserve = (wanted: number, signal: AbortSignal) =>
      deliveries.reserve(one.listenerId, wanted, signal)
    const { stop } = startListener(app, hearing, { reserve, stored: deliveries.wake, report, idleAfter })
    listeners.set(one.listenerId, { manner: mannerOf(one), stop })
  }

  const timer = setInterval(looking.wake, pollInterval)
  looking.wake()
  await looking.idle()

  return {
    wake: looking.wake,
    async stop() {
      stopped = true
      clearInterval(timer)
      deliveries.beginNoMore()
      const typed = typing.stop()
      await looking.idle()
      await Promise.all([...listeners.values()].map((listener) => listener.stop()))
      await deliveries.stop()
      await typed
    },
  }
}

/** What a listener hears depends on it: when it changes, it begins anew. */
function mannerOf(one: Connected): string {
  return one.kind === 'FIN' ? `notes ${one.seesNotes}` : `${one.revision} ${one.ownerMay}`
}
