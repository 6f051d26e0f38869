import { createClient } from 'graphql-ws'
import { test } from 'vitest'
import { WebSocket } from 'ws'
import { type Follow, proveThatItFollows } from './foreignClient.js'
import { type Noted, noted } from './setup.js'

const follow: Follow = ({ socketUrl, token, after, conversationId }, onEvent) => {
  const client = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
  })
  // Each new connection sends these as they are then.
  const variables = { after, conversationId }
  return client.subscribe<{ events: Noted }>(
    { query: noted, variables },
    {
      next({ data, errors }) {
        if (!data || errors) return
        variables.after = data.events.cursor
        onEvent(data.events)
      },
      error: console.error,
      complete: () => {},
    },
  )
}

test('the client of graphql-ws follows events and resumes after its last cursor', () =>
  proveThatItFollows(follow))
