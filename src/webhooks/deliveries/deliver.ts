import { setTimeout as delay } from 'node:timers/promises'
import type { App } from '../../app.js'
import { OverloadedError } from '../../errors.js'
import type { Connected } from '../connected.js'
import { oneAtATime } from '../oneAtATime.js'
import type { Receivers } from '../receivers.js'
import { acknowledge, type Tried } from './acknowledge.js'
import { attemptOf } from './attempt.js'
import { beginProbes, failuresAllowed } from './breaker.js'
import { type Claimed, claimDeliveries, type Room } from './claim.js'
import { requestOf } from './request.js'
import { requeueExpired } from './requeue.js'
import { sendWebhook } from './send.js'
import { verdictOn } from './verdict.js'
import { openWindows } from './windows.js'

export interface DeliveryOptions {
  receivers: Receivers
  /** Those who have receivers, as of now. */
  connected: () => readonly Connected[]
  report: (error: Error) => void
}

/** How long `stop` waits for answers, in ms; then they are cut off, and tried again later. */
const grace = 10_000
/** How often it looks for claims that have expired, in ms. */
const expiryInterval = 500

export interface DeliveryWorker {
  /** Looks for what is due. */
  wake(): void
  stop(): Promise<void>
}

/** Sends the deliveries that are due and records what came of them. Any number of nodes may do so at once. */
export function startDeliveries(app: App, { receivers, connected, report }: DeliveryOptions): DeliveryWorker {
  const windows = openWindows()
  const sends = new Set<Promise<void>>()
  let tries: Tried[] = []
  let lookedAt = -Infinity
  let stopped = false

  const claiming = oneAtATime(async () => {
    if (stopped) return
    if (performance.now() > lookedAt + expiryInterval) {
      lookedAt = performance.now()
      await requeueExpired(app.db)
    }
    const room: Room = new Map(
      connected()
        .filter(({ sends }) => sends)
        .map(({ listenerId }) => [listenerId, windows.roomOf(listenerId)] as const)
        .filter(([, free]) => free > 0),
    )
    const now = app.db.clock.now()
    const failing = connected().filter(({ listenerId, isFailing }) => isFailing && room.has(listenerId))
    const probing = await beginProbes(
      app.db,
      now,
      failing.map(({ listenerId }) => listenerId),
    )
    if (room.size === 0 || stopped) return
    for (const delivery of await claimDeliveries(app.db, now, room, { probing, failuresAllowed }))
      begin(delivery)
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
    for (const { delivery, verdict } of done) windows.end(delivery.listenerId, verdict)
    claiming.wake()
  }, report)

  function begin(delivery: Claimed) {
    windows.begin(delivery.listenerId)
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
    const outgoing = () => requestOf(app.secrets, delivery, startedAt)
    const answer = await sendWebhook(receivers, delivery.listenerId, outgoing)
    const tried: Tried = {
      delivery,
      startedAt,
      durationMs: Math.round(performance.now() - started),
      statusCode: answer.kind === 'ANSWERED' ? answer.statusCode : null,
      note: answer.note,
      verdict: verdictOn(answer, delivery, app.db.clock.now()),
    }
    for (const hear of app.attempted) hear(attemptOf(tried))
    return tried
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
