import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionResult } from 'graphql'
import type { Actor } from '../../actor.js'
import type { App } from '../../app.js'
import type { Transaction } from '../../database/database.js'
import { eventCursor } from '../../events/cursor.js'
import type { LoggedEvent } from '../../events/event.js'
import { resume } from '../../events/resume.js'
import type { Claimed } from '../sending/claim.js'
import type { Reserved } from '../sending/deliver.js'
import type { Gap } from './gap.js'
import { inBatches } from './inBatches.js'
import { listenerPlace, moveListener } from './place.js'

/** An event, and what a listener's document shows of it. */
export interface Heard {
  event: LoggedEvent
  result: ExecutionResult
}

/** A document whose one field is the subscription `events`, to be run in process. */
export interface Following {
  document: string
  variables: Record<string, unknown>
  /** Who asks when it begins. */
  first: Actor
  /** Asked for anew as it goes on; null ends it. */
  actor: () => Promise<Actor | null>
  /** After this position, whatever the document says. */
  after: number
  /** Called with a position when nothing up to it is still to come. */
  passed: (position: number) => void
}

export type Follow = (following: Following) => Promise<AsyncIterableIterator<Heard>>

/** What a listener hears, and what becomes of it. */
export interface Hearing {
  listenerId: string
  /** In reports. */
  name: string
  /** Of a webhook: with another one it is another listener. */
  revision?: number
  /** Events that are stored at once. */
  batchSize: number
  /** Null when it cannot go on until somebody has changed something: then it ends. */
  begin(place: Pick<Following, 'after' | 'passed'>): Promise<AsyncIterableIterator<Heard> | null>
  /** Stores deliveries, in the transaction that moves the listener on; up to `most` may be claimed at once. */
  store(tx: Transaction, heard: readonly Heard[], most: number): Promise<Stored>
  /** Makes up for a gap, in the transaction that moves the listener behind it. */
  bridge(tx: Transaction, gap: Gap): Promise<void>
}

/** How many deliveries were stored, and those of them that were claimed. */
export interface Stored {
  count: number
  claimed: readonly Claimed[]
}

export interface ListenerOptions {
  /** Room for so many deliveries that are about to be stored. */
  reserve: (wanted: number, signal: AbortSignal) => Promise<Reserved>
  /** Called after deliveries were stored that are not claimed. */
  stored: () => void
  report: (error: Error) => void
  /** How long it hears nothing before its place is moved on all the same, in ms. */
  idleAfter?: number
}

/** How far apart the events of one change may come, and how long a batch may take to fill, in ms. */
const quiet = 100
const patience = 1_000
const longestPause = 30_000

/**
 * A durable subscriber. Its place is kept in the database and moved in the transaction that stores what is owed, so any
 * number of nodes may run it at once, and a crash neither loses nor doubles.
 */
export function startListener(
  app: App,
  hearing: Hearing,
  { reserve, stored, report, idleAfter = 60_000 }: ListenerOptions,
): { stop(): Promise<void> } {
  const { listenerId, name } = hearing
  const stopping = new AbortController()
  const { signal } = stopping
  let failures = 0

  async function keepListening() {
    while (!signal.aborted) {
      // From its stored place after any fault, such as a database that went away: nothing is skipped.
      const cannotGoOn = await listen().catch((error) => {
        report(error)
        return false
      })
      if (cannotGoOn) return
      failures++
      const pause = Math.min(1_000 * 2 ** (failures - 1), longestPause)
      await delay(pause, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Returns true when it cannot go on. */
  async function listen(): Promise<boolean> {
    const begun = await beginning()
    if (begun === null) return true
    let position = begun
    let passed = begun
    const heard = await hearing.begin({
      after: position,
      passed: (to) => {
        passed = to
      },
    })
    if (!heard) return true
    const batches = inBatches(heard, {
      most: hearing.batchSize,
      quiet,
      patience,
      idle: idleAfter,
      // The tail hands out whole changes: up to its position none is torn in two, else Fin is told twice.
      complete: ({ event }) => event.position === app.tail.position,
    })
    signal.addEventListener('abort', batches.stop)
    try {
      while (!signal.aborted) {
        const batch = await batches.next()
        if (!batch) return false
        const isIdle = batch.length === 0 && batches.ready === 0
        const reached = await take(batch, position, isIdle ? passed : position)
        if (reached === null) return true
        position = reached
        failures = 0
      }
      return false
    } finally {
      signal.removeEventListener('abort', batches.stop)
      batches.stop()
    }
  }

  /** From where it listens; behind the gap when its place is lost. Null when it is another listener now. */
  async function beginning(): Promise<number | null> {
    const place = await listenerPlace(app.db, listenerId)
    const { position: to, lost: reason } = await resume(
      app.db,
      app.log,
      eventCursor(place.log ?? app.log, place.position),
    )
    if (!reason) return to
    const bridged = await app.db.transaction(async (tx) => {
      const step = { log: app.log, from: place.position, to }
      if (!(await moveListener(tx, listenerId, step, hearing.revision))) return false
      await hearing.bridge(tx, { reason, place, to })
      return true
    })
    if (!bridged) {
      const { position } = await listenerPlace(app.db, listenerId)
      return position === place.position ? null : beginning()
    }
    report(new Error(`The place of the listener of ${name} in the event log is lost (${reason}).`))
    stored()
    return to
  }

  /**
   * Stores what a batch is owed and moves on behind it, and behind what was passed over. Returns the place afterwards; null
   * when it is another listener now.
   */
  async function take(batch: readonly Heard[], position: number, passed: number): Promise<number | null> {
    const fresh = batch.filter(({ event }) => event.position > position)
    const to = fresh.at(-1)?.event.position ?? passed
    if (to <= position) return position
    const room = await reserve(fresh.length, signal)
    let made: Stored | null = null
    try {
      made = await app.db.transaction(async (tx) => {
        const step = { log: app.log, from: position, to }
        if (!(await moveListener(tx, listenerId, step, hearing.revision))) return null
        return hearing.store(tx, fresh, room.most)
      })
    } finally {
      room.use(made?.claimed ?? [])
    }
    if (made) {
      if (made.count > made.claimed.length) stored()
      return to
    }
    const { position: now } = await listenerPlace(app.db, listenerId)
    if (now === position) return null
    // Another node was faster.
    if (now < position) throw new Error(`The listener of ${name} was set back; it starts again from there.`)
    return take(fresh, now, now)
  }

  const done = keepListening()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}
