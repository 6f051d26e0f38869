import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** The notes of a conversation as a frontend sees them come, whatever happens to its connection. */
export interface Follower {
  seen: string[]
  /** How often it had to resume. */
  resumed(): number
  stop(): Promise<void>
}

const query = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { cursor ... on MessageAdded { message { text } } } }`

/** Resumes after its last cursor, as the README tells. */
export function follow(url: string, token: string, conversationId: string, after: string): Follower {
  const seen: string[] = []
  let cursor = after
  let resumed = -1
  let isStopped = false
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  })

  async function run() {
    while (!isStopped) {
      resumed++
      const variables = { after: cursor, filter: { conversationId, types: ['MESSAGE_ADDED'] } }
      // Whatever ends it, it goes on from its last cursor.
      await new Promise<void>((resolve) => {
        client.subscribe<{ events: { cursor: string; message: { text: string } } }>(
          { query, variables },
          {
            next: ({ data }) => {
              if (!data) return
              cursor = data.events.cursor
              seen.push(data.events.message.text)
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
