import {
  ApolloClient,
  ApolloLink,
  type FieldMergeFunction,
  type FieldPolicy,
  HttpLink,
  InMemoryCache,
  Observable,
} from '@apollo/client/core'
import { relayStylePagination } from '@apollo/client/utilities'
import { createSubscriber, type WebSocketClass } from 'graphdesk-client'
import { possibleTypes } from 'graphdesk-client/schema'
import { OperationTypeNode, print } from 'graphql'

interface Place {
  /** The GraphQL endpoint. */
  url: string
  token: string
  webSocket?: WebSocketClass
  /** The log cannot be resumed: fetch your queries anew. */
  onResync: () => unknown
}

export function createClient({ url, token, webSocket, onResync }: Place): ApolloClient {
  const http = new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } })
  const subscribe = createSubscriber({
    url,
    token: (refused) => (refused ? null : token),
    webSocket,
    onResync,
  })
  const live = new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) => subscribe({ query: print(query), variables }, observer)),
  )
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      live,
      http,
    ),
    cache: new InMemoryCache({
      // Without it, what stands in `... on Event` and the like is lost in silence.
      possibleTypes,
      typePolicies: {
        Query: { fields: { conversations } },
        Conversation: { fields: { timeline: relayStylePagination() } },
      },
    }),
  })
}

const pages = relayStylePagination(['filter', 'orderBy'])
const join = pages.merge as FieldMergeFunction
const conversations: FieldPolicy = {
  ...pages,
  merge(existing, incoming, options) {
    // A page that has not changed comes without its rows.
    if (existing && incoming.isUnchanged) return existing
    // The next pages have other signatures; it is the first that is polled.
    const { after, before } = options.args ?? {}
    const { signature } = ((after || before) && existing) || incoming
    return { ...join(existing, incoming, options), signature }
  },
}
