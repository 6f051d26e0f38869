import type { Clock } from '../clock.js'
import { stoppable } from '../events/stoppable.js'
import type { InboxMetrics } from './read.js'

export interface Metrics {
  at: Date
  inboxes: InboxMetrics[]
}

/** Of a node. Those who watch the same inboxes as often share one query each time. */
export interface LiveMetrics {
  /** At once, then every so many seconds; one who is slow gets the newest only. */
  watch(inboxIds: readonly string[], every: number): AsyncGenerator<Metrics, void>
  stop(): Promise<void>
}

interface Feed {
  inboxIds: readonly string[]
  /** In ms, as `due`. */
  every: number
  due: number
  newest: Metrics | null
  reading: Promise<void> | null
  listeners: Set<(metrics: Metrics) => void>
}

/** How often it is looked whose time has come, in ms. */
const step = 250

export function liveMetrics(
  clock: Clock,
  read: (inboxIds: readonly string[], now: Date) => Promise<Metrics>,
  report: (error: Error) => void,
): LiveMetrics {
  const feeds = new Map<string, Feed>()
  let timer: NodeJS.Timeout | undefined

  function look() {
    const now = clock.now()
    for (const feed of feeds.values()) {
      if (feed.reading || now.getTime() < feed.due) continue
      feed.due = now.getTime() + feed.every
      feed.reading = renew(feed, now).catch(report)
    }
  }

  async function renew(feed: Feed, now: Date) {
    try {
      feed.newest = await read(feed.inboxIds, now)
      for (const listener of feed.listeners) listener(feed.newest)
    } finally {
      feed.reading = null
    }
  }

  function join(key: string, feed: Feed, listener: (metrics: Metrics) => void) {
    feed.listeners.add(listener)
    feeds.set(key, feed)
    timer ??= setInterval(look, step)
    look()
  }

  function leave(key: string, feed: Feed, listener: (metrics: Metrics) => void) {
    feed.listeners.delete(listener)
    if (feed.listeners.size === 0) feeds.delete(key)
    if (feeds.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    watch(inboxIds, seconds) {
      const sorted = [...inboxIds].sort()
      const every = seconds * 1_000
      const key = [every, ...sorted].join(' ')
      let stopped = false
      let newest: Metrics | null = null
      let wake = () => {}
      const listener = (metrics: Metrics) => {
        newest = metrics
        wake()
      }

      async function* run(): AsyncGenerator<Metrics, void> {
        const feed = feeds.get(key) ?? newFeed(sorted, every)
        newest = feed.newest
        join(key, feed, listener)
        try {
          while (!stopped) {
            const metrics = newest
            newest = null
            if (metrics) yield metrics
            else
              await new Promise<void>((resolve) => {
                wake = resolve
              })
          }
        } finally {
          leave(key, feed, listener)
        }
      }

      return stoppable(run(), () => {
        stopped = true
        wake()
      })
    },
    async stop() {
      clearInterval(timer)
      await Promise.all([...feeds.values()].map(({ reading }) => reading))
    },
  }
}

function newFeed(inboxIds: readonly string[], every: number): Feed {
  return { inboxIds, every, due: 0, newest: null, reading: null, listeners: new Set() }
}
