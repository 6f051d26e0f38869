import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createSightings, type Sightings } from '../../../fin-emulator/demo/sightings.js'

export interface FollowedEvent {
  __typename: string
  cursor: string
  message?: { id: string }
}

/** A dashboard that subscribes to all events and, whenever its connection breaks, resumes after the last one. */
export interface Follower {
  events: Sightings<FollowedEvent>
  /** How often it had to connect. */
  connections: number
}

const document = `subscription ($after: EventCursor) {
  events(after: $after) { __typename cursor ... on MessageAdded { message { id } } }
}`

/** Comes back when the subscription runs; its first event is a Resync, which says where the log stands. */
export async function startFollower(url: string, token: string, undo: (() => unknown)[]): Promise<Follower> {
  const events = createSightings<FollowedEvent>(({ __typename, cursor }) => `${__typename} ${cursor}`)
  const follower: Follower = { events, connections: 0 }
  let client: ReturnType<typeof connect> | undefined
  let stopped = false

  function connect() {
    return createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    })
  }

  async function follow() {
    while (!stopped) {
      client = connect()
      client.on('connected', () => follower.connections++)
      try {
        const variables = { after: events.all.at(-1)?.cursor ?? 'now' }
        for await (const { data, errors } of client.iterate<{ events: FollowedEvent }>({
          query: document,
          variables,
        })) {
          // Partial where the server lost its database meanwhile: not taken, so that it comes again.
          if (!data || errors) throw errors?.[0] ?? new Error('A result without data.')
          events.add(data.events)
        }
      } catch {
        // The server has gone; it will be back.
      }
      await client.dispose()
      await pause(25)
    }
  }

  const done = follow()
  undo.push(async () => {
    stopped = true
    await client?.dispose()
    await done
  })
  await events.until('the subscription runs', 0, ({ __typename }) => __typename === 'Resync')
  return follower
}
