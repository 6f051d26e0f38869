import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import { test } from 'vitest'
import { WebSocket } from 'ws'
import { type Follow, proveThatItFollows } from '../foreignClient.js'
import { type Noted, noted } from '../setup.js'

const follow: Follow = ({ url, socketUrl, token, after, conversationId }, onEvent) => {
  const socket = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    // It would begin again with the first cursor; below each attempt begins after the last.
    retryAttempts: 0,
  })
  const client = new Client({
    url,
    exchanges: [
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ query, variables: { ...variables } }, sink),
          }),
        }),
      }),
    ],
  })
  let stopped = false
  let last = after
  let subscription = begin()

  function begin() {
    return client
      .subscription<{ events: Noted }>(noted, { after: last, conversationId })
      .subscribe(({ data, error }) => {
        if (error) {
          subscription.unsubscribe()
          setTimeout(() => {
            if (!stopped) subscription = begin()
          }, 10)
        } else if (data) {
          last = data.events.cursor
          onEvent(data.events)
        }
      })
  }

  return () => {
    stopped = true
    subscription.unsubscribe()
    return socket.dispose()
  }
}

test('urql follows events and resumes after its last cursor', () => proveThatItFollows(follow))
