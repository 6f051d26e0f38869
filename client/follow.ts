import { type Connection, connect } from './connection.js'
import { createPause, delayBefore } from './delay.js'
import { rootFieldOf } from './document.js'
import { Ended, endOf } from './ended.js'
import { allEvents, type EventFields, eventIn, type FeedEvent, type Resync, resyncOf } from './event.js'
import { createKeeper } from './keeper.js'
import { type FollowOptions, withDefaults } from './options.js'
import { createQueue } from './queue.js'
import { createSeen } from './seen.js'
import { FeedError, type FeedState } from './state.js'
import { socketUrl } from './url.js'
import { onWakeUp } from './wakeUps.js'

/** Events for one consumer: iterate it, or give `onEvent`. Leaving the loop stops it. */
export interface Feed<Event> extends AsyncIterable<Event> {
  readonly state: FeedState
  /** Of the last event that was handled: the consumer has asked for the next one. */
  readonly cursor: string | null
  /** Nothing comes any more; fulfilled once the cursor is stored. */
  stop(): Promise<void>
}

/**
 * Follows a subscription over every reconnection: each event once, in order, from where it left off. It gives up only
 * for a fault that needs a change: of the token, the query or the address.
 */
export function followEvents<Event extends EventFields = FeedEvent>(
  options: FollowOptions<Event>,
): Feed<Event> {
  const { query = allEvents, variables = {}, maxQueued = 1_000 } = options
  const { webSocket, delays, pulse } = withDefaults(options)
  if (!options.snapshot && !options.onResync) throw new Error('Give `snapshot` or `onResync`.')
  const { name: root = 'events' } = rootFieldOf(query) ?? {}
  if (root !== 'events')
    throw new Error(`followEvents follows \`events\`, not \`${root}\`: give that to createSubscriber.`)

  let state: FeedState = { name: 'connecting', attempt: 1 }
  let connection: Connection | null = null
  let refused: string | null = null
  let failures = 0
  let received: string | null = null
  let handled: string | null = null

  const pause = createPause()
  const seen = createSeen()
  const keeper = createKeeper(options.storage, (error) => close(faultOf('The storage failed', error)))
  const queue = createQueue<Event>((cursor) => {
    handled = cursor
    keeper.save(cursor)
  })
  const sleepless = onWakeUp(options.wakeUps, () => {
    pause.end()
    connection?.probe()
  })

  function tell(next: FeedState) {
    if (state.name === 'closed') return
    state = next
    options.onState?.(next)
  }

  function close(error: FeedError | null) {
    if (state.name === 'closed') return
    sleepless()
    tell({ name: 'closed', reason: error?.message ?? 'Stopped', error })
    if (!error) queue.clear()
    queue.end(error)
    pause.end()
    connection?.close()
  }

  const isClosed = () => state.name === 'closed'

  async function run() {
    try {
      received = options.after ?? (await options.storage?.load()) ?? null
      handled = received
    } catch (error) {
      close(faultOf('The storage failed', error))
    }
    while (!isClosed()) {
      const ended = await attempt().catch(endOf)
      if (isClosed()) return
      if (ended.verdict === 'fault') return close(new FeedError(ended.message, ended.code, { cause: ended }))
      const delayMs = delayBefore(++failures, ended, delays)
      tell({ name: 'waiting', delayMs, reason: ended.message })
      await pause.wait(delayMs)
    }
  }

  async function attempt(): Promise<never> {
    tell({ name: 'connecting', attempt: failures + 1 })
    const token = await options.token(refused)
    if (!token || token === refused) throw new Ended('fault', 'There is no token that is accepted', 4403)
    const url = socketUrl(typeof options.url === 'function' ? await options.url() : options.url)
    if (isClosed()) throw new Ended('later', 'Stopped')
    const to = connect({ url, token, webSocket, ...pulse, onPong: thrive })
    connection = to
    try {
      await to.ready
      refused = null
      for (;;) {
        if (received === null) await begin(to)
        if (queue.length >= maxQueued) await to.during(queue.drained())
        if (state.name !== 'live') tell({ name: 'live' })
        const resync = await subscribe(to)
        if (resync) await loadAnew(to, resync)
      }
    } catch (error) {
      const ended = endOf(error)
      if (ended.verdict === 'token') refused = token
      throw ended
    } finally {
      to.close()
      connection = null
    }
  }

  /** What was begun lasts: the next failure is the first again. */
  function thrive() {
    failures = 0
  }

  /** The cursor first, then the lists: what happens in between comes twice and is dropped, rather than never. */
  async function begin(to: Connection) {
    const { eventCursor } = await to.query<{ eventCursor: string | null }>('{ eventCursor }')
    if (eventCursor === null) throw new Ended('token', 'The token is not accepted', 4403)
    const loaded = await to.during(Promise.resolve(options.snapshot?.(to.query)))
    seen.learn(loaded ?? [])
    resumeAfter(eventCursor)
  }

  /** Resolves when the subscription has to be begun anew: after a Resync, or because the consumer is behind. */
  async function subscribe(to: Connection): Promise<Resync | null> {
    let resync: Resync | null = null
    const { over } = to.subscribe(query, { ...variables, after: received }, (data) => {
      const event = eventIn(data) as Event | undefined
      if (!event) {
        close(new FeedError('The subscription must select `cursor` and `type` of each event.'))
        return false
      }
      if (event.type === 'RESYNC') {
        resync = resyncOf(event)
        return false
      }
      thrive()
      received = event.cursor
      if (seen.isNew(event)) queue.push(event)
      else queue.pass(event.cursor)
      return queue.length < maxQueued
    })
    await over
    return resync
  }

  /** What waits unread is part of what gets loaded now. */
  async function loadAnew(to: Connection, resync: Resync) {
    queue.clear()
    seen.forget()
    await to.during(Promise.resolve(options.onResync?.(resync)))
    if (options.snapshot) received = null
    else resumeAfter(resync.cursor)
  }

  function resumeAfter(cursor: string) {
    received = cursor
    queue.pass(cursor)
  }

  async function deliverTo(onEvent: (event: Event) => unknown) {
    for (;;) {
      const { value, done } = await queue.next()
      if (done) return
      await onEvent(value)
    }
  }

  // Not before the caller has the feed: callbacks may name it.
  const running = Promise.resolve()
    .then(run)
    .catch((error) => close(faultOf('A callback threw', error)))
  if (options.onEvent) deliverTo(options.onEvent).catch((error) => close(faultOf('onEvent threw', error)))

  const stop = async () => {
    close(null)
    await running
    await keeper.settled()
  }

  return {
    get state() {
      return state
    },
    get cursor() {
      return handled
    },
    stop,
    [Symbol.asyncIterator]: () => ({
      next: queue.next,
      async return() {
        queue.handled()
        await stop()
        return { value: undefined, done: true }
      },
    }),
  }
}

function faultOf(what: string, error: unknown): FeedError {
  return new FeedError(`${what}: ${endOf(error).message}`, null, { cause: error })
}
