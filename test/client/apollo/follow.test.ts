import { ApolloClient, gql, InMemoryCache } from '@apollo/client/core'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { createClient } from 'graphql-ws'
import { defer, repeat } from 'rxjs'
import { test } from 'vitest'
import { WebSocket } from 'ws'
import { type Follow, proveThatItFollows } from '../foreignClient.js'
import { type Noted, noted } from '../setup.js'

const follow: Follow = ({ socketUrl, token, after, conversationId }, onEvent) => {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new GraphQLWsLink(
      createClient({
        url: socketUrl,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${token}` },
        // It would begin again with the first cursor; below each attempt begins after the last.
        retryAttempts: 0,
      }),
    ),
  })
  let last = after
  const events = defer(() =>
    client.subscribe<{ events: Noted }>({
      query: gql(noted),
      variables: { after: last, conversationId },
      fetchPolicy: 'no-cache',
    }),
  ).pipe(repeat({ delay: 10 }))
  const subscription = events.subscribe(({ data, error }) => {
    // A broken connection is a last result, with an error.
    if (error || !data) return
    last = data.events.cursor
    onEvent(data.events as Noted)
  })
  return () => {
    subscription.unsubscribe()
    client.stop()
  }
}

test('Apollo Client follows events and resumes after its last cursor', () => proveThatItFollows(follow))
