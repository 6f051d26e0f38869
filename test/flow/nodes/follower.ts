import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** Something that is seen as a frontend sees it come, whatever happens to its connection. */
export interface Following<Seen> {
  seen: Seen[]
  /** How often it had to resume. */
  resumed(): number
  stop(): Promise<void>
}

/** The notes of a conversation. */
export type Follower = Following<string>

export interface EventStream {
  /** A function is asked again for each connection. */
  url: string | (() => string)
  token: string
  /** A subscription to `events` that selects `cursor`; its variable `$after` is set here. */
  document: string
  variables?: object
  after: string
}

const notes = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { cursor ... on MessageAdded { message { text } } } }`

export function follow(url: string, token: string, conversationId: string, after: string): Follower {
  const variables = { filter: { conversationId, types: ['MESSAGE_ADDED'] } }
  return followEvents<{ cursor: string; message: { text: string } }, string>(
    { url, token, document: notes, variables, after },
    ({ message }) => message.text,
  )
}

/** Resumes after its last cursor, as the README tells; what it sees is made of each event. */
export function followEvents<Event extends { cursor: string }, Seen = Event>(
  { url, token, document: query, variables, after }: EventStream,
  make: (event: Event) => Seen,
): Following<Seen> {
  const seen: Seen[] = []
  let cursor = after
  let resumed = -1
  let isStopped = false
  const address = typeof url === 'string' ? () => url : url
  const client: Client = createClient({
    url: () => `${address().replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  })

  async function run() {
    while (!isStopped) {
      resumed++
      // Whatever ends it, it goes on from its last cursor.
      await new Promise<void>((resolve) => {
        client.subscribe<{ events: Event }>(
          { query, variables: { ...variables, after: cursor } },
          {
            next: ({ data }) => {
              if (!data) return
              cursor = data.events.cursor
              seen.push(make(data.events))
            },
            error: () => setTimeout(resolve, 20),
            complete: resolve,
          },
        )
      })
    }
  }

  const done = run()
  return {
    seen,
    resumed: () => resumed,
    async stop() {
      isStopped = true
      await client.dispose()
      await done
    },
  }
}
