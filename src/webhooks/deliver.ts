import { setTimeout as delay } from 'node:timers/promises'
import type { App } from '../app.js'
import { OverloadedError } from '../errors.js'
import { publicId } from '../ids.js'
import { acknowledge, type Tried } from './acknowledge.js'
import { type Claimed, claimDeliveries } from './claim.js'
import type { Connected } from './integrations.js'
import { oneAtATime } from './oneAtATime.js'
import type { Receivers } from './receivers.js'
import { requeueExpired } from './requeue.js'
import { sendWebhook } from './send.js'
import { verdictOn } from './verdict.js'

export interface DeliveryOptions {
  receivers: Receivers
  /** The integrations as of now. */
  connected: () => readonly Connected[]
  report: (error: Error) => void
}

/** Sends under way to one receiver, an origin that several integrations may share. */
const perReceiver = 16
/** How long `stop` waits for answers, in ms; then they are cut off, and tried again later. */
const grace = 10_000

export interface DeliveryWorker {
  /** Looks for what is due. */
  wake(): void
  stop(): Promise<void>
}

/** Sends the deliveries that are due and records what came of them. Any number of nodes may do so at once. */
export function startDeliveries(app: App, { receivers, connected, report }: DeliveryOptions): DeliveryWorker {
  const underWay = new Map<string, number>()
  const sends = new Set<Promise<void>>()
  let tries: Tried[] = []
  let stopped = false

  const claiming = oneAtATime(async () => {
    if (stopped) return
    await requeueExpired(app.db)
    for (const [origin, integrationIds] of byOrigin(connected())) {
      const room = perReceiver - (underWay.get(origin) ?? 0)
      if (room <= 0 || stopped) continue
      const now = app.db.clock.now()
      for (const delivery of await claimDeliveries(app.db, now, integrationIds, room)) begin(delivery)
    }
  }, report)

  const acknowledging = oneAtATime(async () => {
    const done = tries
    tries = []
    if (done.length === 0) return
    try {
      await acknowledge(app.db, done)
    } catch (error) {
      if (error instanceof OverloadedError) {
        // Kept for the next wake; should that be too late, the lease ends and the delivery is sent again.
        tries.push(...done)
        throw error
      }
      report(error as Error)
      // One that cannot be recorded must not hold up the others.
      for (const tried of done) await acknowledge(app.db, [tried]).catch(report)
    }
    for (const { delivery } of done) count(delivery, -1)
    claiming.wake()
  }, report)

  function begin(delivery: Claimed) {
    count(delivery, 1)
    const send = attempt(delivery).then((tried) => {
      sends.delete(send)
      tries.push(tried)
      acknowledging.wake()
    })
    sends.add(send)
  }

  async function attempt(delivery: Claimed): Promise<Tried> {
    const startedAt = app.db.clock.now()
    const started = performance.now()
    const body = { conversation_id: publicId('Conversation', delivery.conversationId) }
    const answer = await sendWebhook(receivers, app.secrets, delivery, body)
    return {
      delivery,
      startedAt,
      durationMs: Math.round(performance.now() - started),
      statusCode: answer.kind === 'ANSWERED' ? answer.statusCode : null,
      note: answer.note,
      verdict: verdictOn(answer, delivery.attemptCount, app.db.clock.now()),
    }
  }

  function count({ webhookBaseUrl }: Claimed, change: 1 | -1) {
    const { origin } = new URL(webhookBaseUrl)
    underWay.set(origin, (underWay.get(origin) ?? 0) + change)
  }

  return {
    wake() {
      claiming.wake()
      acknowledging.wake()
    },
    async stop() {
      stopped = true
      await claiming.idle()
      await Promise.race([Promise.all(sends), delay(grace, undefined, { ref: false })])
      await receivers.destroy()
      await Promise.all(sends)
      acknowledging.wake()
      await acknowledging.idle()
    },
  }
}

function byOrigin(connected: readonly Connected[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { webhookBaseUrl, integrationId, sends } of connected) {
    if (!sends) continue
    const { origin } = new URL(webhookBaseUrl)
    groups.set(origin, [...(groups.get(origin) ?? []), integrationId])
  }
  return groups
}
