import type { Subscribed } from './connection.js'
import { createPause, delayBefore } from './delay.js'
import { rootFieldOf } from './document.js'
import { endOf } from './ended.js'
import type { Resync } from './event.js'
import { followEvents } from './follow.js'
import { type Reach, withDefaults } from './options.js'
import { createShared } from './shared.js'
import { FeedError } from './state.js'
import { onWakeUp } from './wakeUps.js'

export interface SubscriberOptions extends Reach {
  /** `events` cannot be resumed: load your lists anew. */
  onResync: (resync: Resync) => unknown
}

export interface SubscriptionRequest {
  /** One subscription. To be resumed it takes `$after: EventCursor` and selects `cursor`. */
  query: string
  variables?: Record<string, unknown>
}

/** As the observers of Apollo Client, urql and Relay are. */
export interface Sink {
  next(result: { data: Record<string, unknown> }): void
  /** Nothing follows: something has to be changed first. */
  error(error: FeedError): void
  /** Nothing follows: it is `LOST`. */
  complete(): void
}

/** Begins a subscription; returns the way to end it. */
export type Subscribe = (request: SubscriptionRequest, sink: Sink) => () => void

interface Stream {
  /** What was begun lasts: the next failure is the first again. */
  thrive(): void
  wake(): void
}

/**
 * Any subscription, for a library that has its own cache: `events` through `followEvents`, all others over one socket.
 * Each goes on over every reconnection, after the last `cursor` that it brought.
 */
export function createSubscriber(options: SubscriberOptions): Subscribe {
  const streams = new Set<Stream>()
  const shared = createShared(options, () => {
    for (const { thrive } of streams) thrive()
  })
  let sleepless = () => {}

  function join(stream: Stream) {
    streams.add(stream)
    if (streams.size > 1) return
    sleepless = onWakeUp(options.wakeUps, () => {
      for (const { wake } of streams) wake()
      shared.probe()
    })
  }

  /** The last one closes the socket. */
  function leave(stream: Stream) {
    streams.delete(stream)
    if (streams.size > 0) return
    sleepless()
    shared.close()
  }

  function subscribe({ query, variables }: SubscriptionRequest, sink: Sink) {
    const { delays } = withDefaults(options)
    const pause = createPause()
    let isOver = false
    let failures = 0
    let cursor: string | null = null
    let subscribed: Subscribed | null = null
    const stream: Stream = {
      thrive() {
        failures = 0
      },
      wake: pause.end,
    }

    async function run() {
      while (!isOver) {
        const ended = await attempt().catch(endOf)
        if (isOver) return
        if (!ended) return end(() => sink.complete())
        const { verdict, message, code } = ended
        if (verdict === 'fault') return end(() => sink.error(new FeedError(message, code, { cause: ended })))
        await pause.wait(delayBefore(++failures, ended, delays))
      }
    }

    /** Until nothing more can follow. */
    async function attempt(): Promise<void> {
      const link = shared.link()
      try {
        const connection = await link.ready
        if (isOver) return
        subscribed = connection.subscribe(
          query,
          { ...variables, ...(cursor && { after: cursor }) },
          (data) => {
            stream.thrive()
            cursor = cursorIn(data) ?? cursor
            sink.next({ data })
            return kindOf(data) !== 'LOST'
          },
        )
        await subscribed.over
      } catch (error) {
        const ended = endOf(error)
        if (ended.verdict === 'token') link.refuse()
        throw ended
      }
    }

    function end(tell: () => void) {
      if (isOver) return
      isOver = true
      tell()
      pause.end()
      subscribed?.leave()
      leave(stream)
    }

    join(stream)
    run()
    return () => end(() => {})
  }

  return (request, sink) => {
    const root = rootFieldOf(request.query)
    return root?.name === 'events' ? follow(options, root.key, request, sink) : subscribe(request, sink)
  }
}

function follow(
  options: SubscriberOptions,
  key: string,
  { query, variables }: SubscriptionRequest,
  sink: Sink,
) {
  const { after, ...others } = variables ?? {}
  const feed = followEvents({
    ...options,
    query,
    variables: others,
    after: typeof after === 'string' ? after : undefined,
    onEvent: (event) => sink.next({ data: { [key]: event } }),
    onState: (state) => {
      if (state.name === 'closed' && state.error) sink.error(state.error)
    },
  })
  return () => {
    feed.stop()
  }
}

/** Of no log: with it a stream begins with RESYNC. */
const noCursor = 'none'

/** Where to go on. What a RESYNC asks for has not come yet: it has to be told again. */
function cursorIn(data: Record<string, unknown>): string | undefined {
  const { cursor } = rootOf(data)
  if (kindOf(data) === 'RESYNC') return noCursor
  return typeof cursor === 'string' ? cursor : undefined
}

const kindOf = (data: Record<string, unknown>) => rootOf(data).kind

function rootOf(data: Record<string, unknown>): { cursor?: unknown; kind?: unknown } {
  const [value] = Object.values(data)
  return value ?? {}
}
