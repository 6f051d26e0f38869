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
import { openLanes } from './lanes.js'
import { requestOf } from './request.js'
import { giveBack, requeueExpired } from './requeue.js'
import { sendWebhook } from './send.js'
import { verdictOn } from './verdict.js'

export interface DeliveryOptions {
  receivers: Receivers
  /** Those who have receivers, as of now. */
  connected: () => readonly Connected[]
  report: (error: Error) => void
}

/** Deliveries that a node has claimed and not sent, of all receivers. */
const mostClaimed = 640
/** What is done within this time is acknowledged together, in ms; unless it is so much. */
const gathering = 10
const enough = 128
/** How long `stop` waits for answers, in ms; then they are cut off, and tried again later. */
const grace = 10_000
/** When those whose listener is locked are acknowledged again, in ms; when the node stops, so often. */
const lockedFor = 20
const mostTries = 100
/** How often, and how many times, it looks whether a quick receiver has made room for what is about to be stored; in ms. */
const roomInterval = 2
const mostLooks = 50
/** How often it looks for claims that have expired, in ms. */
const expiryInterval = 500

/** Room for deliveries that are claimed as they are stored. */
export interface Reserved {
  most: number
  /** Sends those that were, and gives the room back. */
  use(claimed: readonly Claimed[]): void
}

export interface DeliveryWorker {
  /** Looks for what is due. */
  wake(): void
  /**
   * For deliveries of a listener that are about to be stored. A receiver that is quick is given time to make room for
   * `wanted`, until `signal` says otherwise.
   */
  reserve(listenerId: string, wanted: number, signal: AbortSignal): Promise<Reserved>
  /** Begins no other send: what listeners still store is left to other nodes. */
  beginNoMore(): void
  stop(): Promise<void>
}

/** Sends the deliveries that are due and records what came of them. Any number of nodes may do so at once. */
export function startDeliveries(app: App, { receivers, connected, report }: DeliveryOptions): DeliveryWorker {
  const lanes = openLanes()
  const sends = new Set<Promise<void>>()
  let tries: Tried[] = []
  let acknowledgedAt = -Infinity
  /** Somebody has asked to look since. */
  let wokenSince = false
  /** Claimed and not to be sent now. */
  let unsent: Claimed[] = []
  let lookedAt = -Infinity
  let turn = 0
  let stopped = false
  let cutOff = false

  const claiming = oneAtATime(async () => {
    if (stopped) return
    if (performance.now() > lookedAt + expiryInterval) {
      lookedAt = performance.now()
      await requeueExpired(app.db)
    }
    const sending = connected().filter((one) => one.sends)
    await putBack(new Set(sending.map(({ listenerId }) => listenerId)))
    const most = mostClaimed - sends.size - lanes.waiting
    if (most <= 0) return
    const room: Room = new Map(
      inTurn(sending)
        .map(({ listenerId }) => [listenerId, lanes.roomOf(listenerId)] as const)
        .filter(([, free]) => free > 0),
    )
    const now = app.db.clock.now()
    const failing = sending.filter(({ listenerId, isFailing }) => isFailing && room.has(listenerId))
    const probing = await beginProbes(
      app.db,
      now,
      failing.map(({ listenerId }) => listenerId),
    )
    if (room.size === 0 || stopped) return
    for (const delivery of await claimDeliveries(app.db, now, room, { most, probing, failuresAllowed })) {
      // The one that asks whether its receiver is back waits for nothing: no other may ask until it is answered.
      if (delivery.failures >= failuresAllowed) begin(delivery)
      else lanes.add(delivery)
    }
    for (const listenerId of room.keys()) sendOn(listenerId)
  }, report)

  /** What cannot be put back stays ours until the claim ends. */
  async function putBack(sending: ReadonlySet<string>) {
    unsent.push(...lanes.takeBack((listenerId) => sending.has(listenerId)))
    if (unsent.length === 0) return
    try {
      unsent = await giveBack(app.db, unsent)
    } catch (error) {
      if (!(error instanceof OverloadedError)) unsent = []
      throw error
    }
  }

  const acknowledging = oneAtATime(async () => {
    const wait = acknowledgedAt + gathering - performance.now()
    if (wait > 0 && tries.length < enough) await delay(wait)
    const done = tries
    tries = []
    if (done.length === 0) return
    acknowledgedAt = performance.now()
    wokenSince = false
    let late: Tried[] = []
    let isMore = true
    try {
      ;({ late, isMore } = await acknowledge(app.db, done))
    } catch (error) {
      if (error instanceof OverloadedError) {
        // Kept for the next wake; should that be too late, the lease ends and the delivery is sent again.
        tries.push(...done)
        throw error
      }
      report(error as Error)
      // One that cannot be recorded must not hold up the others.
      for (const tried of done) {
        const alone = await acknowledge(app.db, [tried]).catch(report)
        if (alone) late.push(...alone.late)
      }
    }
    tries.push(...late)
    for (const tried of done) {
      if (late.length === 0 || !late.includes(tried)) lanes.recorded(tried.delivery.listenerId)
    }
    for (const listenerId of new Set(done.map(({ delivery }) => delivery.listenerId))) sendOn(listenerId)
    if (late.length > 0 && !stopped) setTimeout(acknowledging.wake, lockedFor)
    // What was stored in between may have been held up by one of these, and not been seen to wait.
    if (isMore || wokenSince) claiming.wake()
  }, report)

  /** Beginning with another one each time, so that all have their turn when there is room for some only. */
  function inTurn<Item>(items: readonly Item[]): Item[] {
    const first = items.length > 0 ? ++turn % items.length : 0
    return [...items.slice(first), ...items.slice(0, first)]
  }

  /** Whatever waits for this receiver and may be sent. */
  function sendOn(listenerId: string) {
    if (stopped) return
    for (let delivery = lanes.next(listenerId); delivery; delivery = lanes.next(listenerId)) begin(delivery)
  }

  function begin(delivery: Claimed) {
    const { listenerId } = delivery
    lanes.begun(listenerId)
    const send = attempt(delivery).then((tried) => {
      sends.delete(send)
      lanes.answered(listenerId, tried.verdict, tried.durationMs)
      tries.push(tried)
      acknowledging.wake()
      sendOn(listenerId)
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
      verdict:
        cutOff && answer.kind === 'UNREACHABLE'
          ? { kind: 'CUT_OFF' }
          : verdictOn(answer, delivery, app.db.clock.now()),
    }
    for (const hear of app.attempted) hear(attemptOf(tried))
    return tried
  }

  return {
    wake() {
      wokenSince = true
      claiming.wake()
      acknowledging.wake()
    },
    async reserve(listenerId, wanted, signal) {
      for (let left = mostLooks; left > 0 && lanes.isQuick(listenerId); left--) {
        if (signal.aborted || lanes.roomOf(listenerId) >= wanted) break
        await delay(roomInterval)
      }
      const free = Math.min(lanes.roomOf(listenerId), mostClaimed - sends.size - lanes.waiting, wanted)
      const most = signal.aborted ? 0 : Math.max(free, 0)
      lanes.keepRoom(listenerId, most)
      return {
        most,
        use(claimed) {
          lanes.keepRoom(listenerId, -most)
          for (const delivery of claimed) lanes.add(delivery)
          sendOn(listenerId)
          // Its receiver could not take one meanwhile: these go back.
          if (lanes.roomOf(listenerId) === 0) claiming.wake()
        },
      }
    },
    beginNoMore() {
      stopped = true
    },
    async stop() {
      stopped = true
      await claiming.idle()
      await Promise.race([Promise.all(sends), delay(grace, undefined, { ref: false })])
      cutOff = true
      await receivers.destroy()
      await Promise.all(sends)
      for (let left = mostTries; left > 0; left--) {
        acknowledging.wake()
        await putBack(new Set()).catch(report)
        await acknowledging.idle()
        if (tries.length + unsent.length === 0) return
        await delay(lockedFor)
      }
    },
  }
}
