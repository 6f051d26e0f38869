import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { eventLine, positionOf } from './eventLine.js'
import type { Faults } from './faults.js'

/** A dashboard that follows all events, and resumes after the last one whenever its connection breaks. */
export interface Follower {
  name: string
  /** The place of the last event that it saw. */
  readonly position: number
  /** How often it connected. */
  readonly connections: number
  /** Stops it, and gives a digest of all that it saw. */
  stop(): Promise<string>
}

export interface FollowerOptions {
  name: string
  /** Where to begin, and where to go next when that one dies. */
  urls: readonly string[]
  token: string
  after: string
  faults: Faults
}

interface Shown {
  events: { type: string; cursor: string; message?: { text: string } }
}

const query = `subscription ($after: EventCursor) {
  events(after: $after) { type cursor ... on MessageAdded { message { text } } }
}`

const pauseMs = 100

/** Begins after a cursor. */
export function follow({ name, urls, token, after, faults }: FollowerOptions): Follower {
  const digest = createHash('sha256')
  let cursor = after
  let position = positionOf(after)
  let connections = 0
  let stopped: Promise<string> | undefined
  let client: Client | undefined

  function see({ type, cursor: now, message }: Shown['events']) {
    const next = positionOf(now)
    if (type === 'RESYNC') faults.add(`${name} was told to load anew when it resumed after event ${position}`)
    else if (next <= position) faults.add(`${name} was shown event ${next} again, after event ${position}`)
    else if (next > position + 1)
      faults.add(`${name} was shown event ${next} after event ${position}: it missed some`)
    if (next <= position) return
    digest.update(eventLine(next, type, message?.text))
    position = next
    cursor = now
  }

  async function run() {
    for (let turn = 0; !stopped; turn++) {
      const url = urls[turn % urls.length] as string
      client = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${token}` },
        retryAttempts: 0,
      })
      client.on('connected', () => connections++)
      try {
        for await (const { data, errors } of client.iterate<Shown>({ query, variables: { after: cursor } })) {
          // Partial where the server lost its database meanwhile: not taken, so that it comes again.
          if (!data || errors) throw errors?.[0] ?? new Error('A result without data.')
          see(data.events)
        }
      } catch {
        // The node has gone; it, or the other one, goes on from here.
      }
      await client.dispose()
      await pause(pauseMs)
    }
  }

  const done = run()
  return {
    name,
    get position() {
      return position
    },
    get connections() {
      return connections
    },
    stop() {
      stopped ??= (async () => {
        await client?.dispose()
        await done
        return digest.digest('base64url')
      })()
      return stopped
    },
  }
}

/** How long it may be shown nothing, in ms. */
const patienceMs = 30_000

/** Waits until a follower has seen everything up to a position; it is a fault when nothing comes any more. */
export async function caughtUp(follower: Follower, to: number, faults: Faults): Promise<void> {
  let before = follower.position
  for (let movedAt = Date.now(); follower.position < to; await pause(25)) {
    if (follower.position > before) [before, movedAt] = [follower.position, Date.now()]
    if (Date.now() - movedAt < patienceMs) continue
    faults.add(`${follower.name} was shown nothing after event ${before}; ${to} are stored`)
    return
  }
}
