import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionResult } from 'graphql'
import type { Actor, IntegrationActor } from '../actor.js'
import type { App } from '../app.js'
import { eventCursor, eventPosition } from '../events/cursor.js'
import { publicId } from '../ids.js'
import { inBatches } from './inBatches.js'
import { rederive } from './rederive.js'
import { listenerPlace, listenerPosition, storeDeliveries } from './store.js'
import { finDocument, type HeardEvent, type PlacedEvent, spansToTell } from './tellFin.js'

/** Runs a GraphQL subscription in process; the actor is asked for anew as it goes on, and null ends it. */
export type Subscribe = (
  actor: () => Promise<Actor | null>,
  document: string,
  variables: Record<string, unknown>,
) => Promise<AsyncIterableIterator<ExecutionResult>>

export interface FinListenerOptions {
  actor: IntegrationActor
  subscribe: Subscribe
  /** Called after deliveries were stored. */
  stored: () => void
  report: (error: Error) => void
}

const batchSize = 100
/** How far apart the events of one change may come, and how long a batch may take to fill, in ms. */
const quiet = 100
const patience = 1_000
const longestPause = 30_000

/**
 * A durable subscriber: hears the events of one integration's inbox and stores a delivery for each conversation that
 * Fin must pull. Its place is kept in the database, so any number of nodes may run it at once.
 */
export function startFinListener(app: App, options: FinListenerOptions): { stop(): Promise<void> } {
  const { report } = options
  const { integrationId, seesNotes } = options.actor
  const own = publicId('FinIntegration', integrationId)
  const stopping = new AbortController()
  const { signal } = stopping
  let failures = 0

  async function keepListening() {
    while (!signal.aborted) {
      // From its stored place after any fault, such as a database that went away: nothing is skipped.
      await listen().catch(report)
      failures++
      const pause = Math.min(1_000 * 2 ** (failures - 1), longestPause)
      await delay(pause, undefined, { signal }).catch(() => undefined)
    }
  }

  async function listen() {
    const place = await listenerPlace(app.db, integrationId)
    let { position } = place
    const actor = async () => (signal.aborted ? null : options.actor)
    const variables = { after: eventCursor(place.log ?? app.log, position), notesHidden: !seesNotes }
    const results = await options.subscribe(actor, finDocument, variables)
    const batches = inBatches(results, {
      most: batchSize,
      quiet,
      patience,
      // The tail hands out whole changes: up to its position none is torn in two, which would tell Fin twice.
      complete: (last) => Boolean(last.errors) || heard(last).position === app.tail.position,
    })
    signal.addEventListener('abort', batches.stop)
    try {
      while (!signal.aborted) {
        const batch = await batches.next()
        if (batch.length === 0) return
        position = await take(batch.map(heard), position)
        failures = 0
      }
    } finally {
      signal.removeEventListener('abort', batches.stop)
      batches.stop()
    }
  }

  /** Returns the listener's place afterwards. */
  async function take(events: readonly PlacedEvent[], position: number): Promise<number> {
    const [first] = events
    if (first?.type === 'RESYNC') {
      const { position: to, reason = 'FOREIGN' } = first
      const told = await rederive(app.db, options.actor, { log: app.log, from: position, to, reason })
      if (told !== null) {
        report(new Error(`The place of the listener of ${own} in the event log is lost (${reason}).`))
        options.stored()
        return take(events.slice(1), to)
      }
      const now = await listenerPosition(app.db, integrationId)
      if (now < to) throw new Error(`Another node moved the listener of ${own}; it starts again from there.`)
      return take(events.slice(1), now)
    }
    const fresh = events.filter((event) => event.position > position)
    const last = fresh.at(-1)
    if (!last) return position

    const conversations = spansToTell(fresh, own)
    const step = { log: app.log, from: position, to: last.position }
    if (await storeDeliveries(app.db, integrationId, step, conversations)) {
      if (conversations.size > 0) options.stored()
      return last.position
    }
    const now = await listenerPosition(app.db, integrationId)
    if (now < position) throw new Error(`The listener of ${own} was set back; it starts again from there.`)
    return take(fresh, now)
  }

  function heard({ data, errors }: ExecutionResult): PlacedEvent {
    if (errors?.[0]) throw errors[0]
    const { events: event } = data as unknown as { events: HeardEvent }
    const position = eventPosition(app.log, event.cursor)
    if (position === null) throw new Error(`Not a cursor of this log: ${event.cursor}`)
    return { ...event, position }
  }

  const done = keepListening()
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}
