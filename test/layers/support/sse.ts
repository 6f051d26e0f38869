import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { setTimeout as pause } from 'node:timers/promises'
import type { Follower } from '../../flow/nodes/follower.js'

const query = `subscription ($after: EventCursor, $filter: EventFilter) {
  events(after: $after, filter: $filter) { cursor ... on MessageAdded { message { text } } } }`

/** The notes of a conversation over SSE; resumes after its last cursor. */
export function followBySse(url: string, token: string, conversationId: string, after: string): Follower {
  const seen: string[] = []
  const stopping = new AbortController()
  let cursor = after
  let resumed = -1

  async function read() {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        query,
        variables: { after: cursor, filter: { conversationId, types: ['MESSAGE_ADDED'] } },
      }),
      signal: stopping.signal,
    })
    if (!response.ok || !response.body) return
    for await (const line of createInterface(Readable.fromWeb(response.body as ReadableStream))) {
      const { data } = /^data: ?(\{.*)$/.exec(line)?.[1] ? JSON.parse(line.slice(5)) : { data: null }
      if (!data) continue
      cursor = data.events.cursor
      seen.push(data.events.message.text)
    }
  }

  const done = (async () => {
    while (!stopping.signal.aborted) {
      resumed++
      // Whatever ends it, it goes on from its last cursor.
      await read().catch(() => pause(20))
    }
  })()
  return {
    seen,
    resumed: () => resumed,
    async stop() {
      stopping.abort()
      await done
    },
  }
}
