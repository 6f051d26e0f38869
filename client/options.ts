import type { EventFields, FeedEvent, Resync } from './event.js'
import type { FeedState } from './state.js'

/** Your token, asked for before each connection; null ends the feed. `refused` is the one that was just refused. */
export type Token = (refused: string | null) => string | null | Promise<string | null>

/** Runs a query of yours over the feed's own connection. Rejects on errors. */
export type Query = <Data = Record<string, unknown>>(
  document: string,
  variables?: Record<string, unknown>,
) => Promise<Data>

export interface ConversationRevision {
  id: string
  revision: number
}

/**
 * Loads your lists: once before the first event, and anew after a resync. The cursor was read before, so nothing falls
 * between; return the conversations you loaded, and the events that they already hold are dropped. When it rejects,
 * the feed tries again later.
 */
export type Snapshot = (query: Query) => Promise<Iterable<ConversationRevision> | undefined>

/** Keeps the cursor over reloads. What it throws ends the feed. */
export interface CursorStorage {
  load(): string | null | Promise<string | null>
  /** Called after each event that was handled. */
  save(cursor: string): unknown
}

/** As much of a WebSocket as is used. */
export interface WebSocketLike {
  readonly readyState: number
  send(data: string): void
  close(code?: number, reason?: string): void
}

export interface WebSocketClass {
  new (url: string, protocol: string): WebSocketLike
  readonly CONNECTING: number
  readonly OPEN: number
  readonly CLOSING: number
  readonly CLOSED: number
}

/** Where the server is, and how a lost connection is noticed and mended. */
export interface Reach {
  /** The GraphQL endpoint, with `http`, `https`, `ws` or `wss`. A function is asked before each connection. */
  url: string | (() => string | Promise<string>)
  token: Token
  /** Default: the global one. Node has one from 22 on; before, give that of `ws`. */
  webSocket?: WebSocketClass
  /** Between attempts, doubling, with jitter. Default 500. */
  minDelayMs?: number
  /** Default 30,000. */
  maxDelayMs?: number
  /** Default 10,000. */
  pingEveryMs?: number
  /** A server that has not answered a connection or a ping by then is given up. Default 10,000. */
  answerWithinMs?: number
  /** Where `online`, `pageshow` and `visibilitychange` are heard. Default: the browser's window. */
  wakeUps?: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>
}

interface Options<Event extends EventFields> extends Reach {
  /** A subscription that takes `$after: EventCursor`. Default: all events with their common fields, by `$filter`. */
  query?: string
  /** Of the subscription, without `after`. */
  variables?: Record<string, unknown>
  /** Where to begin; goes before what is stored. */
  after?: string
  storage?: CursorStorage
  /** Called with one event at a time, instead of iterating; the next one waits for its promise. A throw ends the feed. */
  onEvent?: (event: Event) => unknown
  onState?: (state: FeedState) => void
  /** Events that may wait for you before the server is left to hold the rest. Default 1,000. */
  maxQueued?: number
}

/** One of both must be there, or a log that cannot be resumed would go unnoticed. */
type LoadAnew =
  | { snapshot: Snapshot; onResync?: (resync: Resync) => unknown }
  | {
      snapshot?: undefined
      /** Load your lists anew; events wait until its promise is fulfilled. */
      onResync: (resync: Resync) => unknown
    }

export type FollowOptions<Event extends EventFields = FeedEvent> = Options<Event> & LoadAnew

/** As it holds where nothing is given. */
export function withDefaults(reach: Reach) {
  const { minDelayMs = 500, maxDelayMs = 30_000, pingEveryMs = 10_000, answerWithinMs = 10_000 } = reach
  return {
    webSocket: reach.webSocket ?? globalWebSocket(),
    delays: { minDelayMs, maxDelayMs },
    pulse: { pingEveryMs, answerWithinMs },
  }
}

function globalWebSocket(): WebSocketClass {
  const { WebSocket } = globalThis as { WebSocket?: WebSocketClass }
  if (!WebSocket)
    throw new Error('There is no global WebSocket: give one as `webSocket`, such as that of "ws".')
  return WebSocket
}
