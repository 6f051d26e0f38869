import { createClient } from 'graphql-sse'
import { test } from 'vitest'
import { type Follow, proveThatItFollows } from './foreignClient.js'
import { type Noted, noted } from './setup.js'

const follow: Follow = ({ url, token, after, conversationId }, onEvent) => {
  const client = createClient({
    url,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    retry: () => new Promise((resolve) => setTimeout(resolve, 10)),
  })
  // Each new connection sends these as they are then.
  const variables = { after, conversationId }
  client.subscribe<{ events: Noted }>(
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
  return () => client.dispose()
}

test('the client of graphql-sse follows events and resumes after its last cursor', () =>
  proveThatItFollows(follow))
