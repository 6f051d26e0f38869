import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core'
import { createSubscriber, type WebSocketClass } from 'graphdesk-client'

interface Place {
  /** The GraphQL endpoint. */
  url: string
  token: string
  webSocket?: WebSocketClass
  /** The log cannot be resumed: fetch your queries anew. */
  onResync: () => unknown
}

export function createClient({ url, token, webSocket, onResync }: Place): Client {
  const subscribe = createSubscriber({
    url,
    token: (refused) => (refused ? null : token),
    webSocket,
    onResync,
  })
  const live = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({ unsubscribe: subscribe({ query, variables: { ...variables } }, sink) }),
    }),
  })
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [cacheExchange, fetchExchange, live],
  })
}
