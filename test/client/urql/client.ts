import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core'
import { followEvents, type WebSocketClass } from 'graphdesk-client'

interface Place {
  /** The GraphQL endpoint. */
  url: string
  token: string
  webSocket?: WebSocketClass
  /** The log cannot be resumed: fetch your queries anew. */
  onResync: () => unknown
}

export function createClient({ url, token, webSocket, onResync }: Place): Client {
  // Of `events`: it resumes by itself after every lost connection.
  const live = subscriptionExchange({
    forwardSubscription: ({ query = '', variables: { after, ...variables } = {} }) => ({
      subscribe(sink) {
        const feed = followEvents({
          url,
          token: (refused) => (refused ? null : token),
          query,
          variables,
          after: after as string | undefined,
          webSocket,
          onResync,
          onEvent: (events) => sink.next({ data: { events } }),
          onState: (state) => {
            if (state.name === 'closed' && state.error) sink.error(state.error)
          },
        })
        return {
          unsubscribe: () => {
            feed.stop()
          },
        }
      },
    }),
  })
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [cacheExchange, fetchExchange, live],
  })
}
